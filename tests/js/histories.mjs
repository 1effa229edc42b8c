// People who write in one draft at once, each with CodeMirror itself, for tests/scenarios/live/histories.py.
// A line of JSON in ({"seed", "count"}), as many lines out: what reached the server in its order, and what came of it.
// Every other one is played with this house's own text on top (static/js/live/text.js): it joins strokes and sends less. And
// one in a hundred with all of the page: lines that break, pages that are loaded again.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { collab, getSyncedVersion, receiveUpdates, sendableUpdates } from "@codemirror/collab";
import { history, redo, undo } from "@codemirror/commands";
import { EditorState, Text } from "@codemirror/state";
import * as bundle from "../../static/dist/editor.js";
import { SharedText, together } from "../../static/js/live/text.js";
import { dice, whole, words } from "./dice.js";
import { live } from "./lives.js";

const LINES_AT_ONCE = 100;
const LIFE_EVERY = 100;

/** The server of one draft in JavaScript: moves what is pushed over one stored edit at a time. */
class Authority {
  log = [];

  constructor(doc) {
    this.doc = doc;
  }

  push({ client, version, edits }) {
    let waiting = edits;
    for (const stored of this.log.slice(version)) {
      if (stored.client === client) {
        waiting = waiting.slice(1);
        continue;
      }
      let over = stored.changes;
      waiting = waiting.map((edit) => {
        const moved = { ...edit, changes: edit.changes.map(over) };
        over = over.map(edit.changes, true);
        return moved;
      });
    }
    for (const { s, changes } of waiting) {
      this.doc = changes.apply(this.doc);
      this.log.push({ client, s, changes });
    }
  }
}

/** Someone with CodeMirror's own collaboration, and nothing else. */
class Plain {
  stored = 0;

  constructor(id, doc) {
    this.id = id;
    const extensions = [collab({ clientID: id, startVersion: 0 }), history()];
    this.state = EditorState.create({ doc, extensions });
  }

  catchUp(log, most) {
    const start = getSyncedVersion(this.state);
    for (const { client, s, changes } of log.slice(start, start + most)) {
      this.state = receiveUpdates(this.state, [{ clientID: client, changes }]).state;
      if (client === this.id) this.stored = s;
    }
  }

  push() {
    const edits = sendableUpdates(this.state).map(({ changes }, at) => ({
      s: this.stored + at + 1,
      changes,
    }));
    return edits.length ? { client: this.id, version: getSyncedVersion(this.state), edits } : null;
  }

  undo(command) {
    command({ state: this.state, dispatch: (step) => this.take(step) });
  }

  take(step) {
    this.state = step.state;
  }
}

/** Someone at our own page. */
class Ours {
  version = 0;
  stored = 0;
  sealed = 0;

  constructor(id, doc) {
    this.id = id;
    const extensions = [together(), bundle.history(), bundle.EditorState.lineSeparator.of("\n")];
    this.state = bundle.EditorState.create({ doc, extensions });
    this.shared = new SharedText({
      state: () => this.state,
      apply: (steps) => {
        for (const step of steps) this.take(step);
      },
    });
  }

  catchUp(log, most) {
    const edits = log.slice(this.version, this.version + most);
    const { waiting } = this.shared;
    let own = 0;
    const marked = edits.map(({ client, changes }) => {
      const mine = client === this.id && own < waiting;
      if (mine) own++;
      return { own: mine, c: changes.toJSON() };
    });
    const lost = this.shared.receive(marked);
    if (lost.length) throw new Error(`The page has it otherwise than the server: ${lost}`);
    this.version += edits.length;
    this.stored += own;
    this.sealed = Math.max(0, this.sealed - own);
  }

  push() {
    this.shared.regroup(this.sealed);
    const edits = this.shared.edits().map((c, at) => ({
      s: this.stored + at + 1,
      changes: bundle.ChangeSet.fromJSON(c),
    }));
    this.sealed = Math.max(this.sealed, edits.length);
    return edits.length ? { client: this.id, version: this.version, edits } : null;
  }

  undo(command) {
    const ours = command === undo ? bundle.undo : bundle.redo;
    ours({ state: this.state, dispatch: (step) => this.take(step) });
  }

  take(step) {
    this.state = step.state;
  }
}

function type(roll, someone) {
  const kind = roll(10);
  if (kind < 2) return someone.undo(kind ? redo : undo);
  const text = someone.state.doc.toString();
  const from = whole(text, roll(text.length + 1));
  const to = whole(text, Math.min(text.length, from + Math.max(0, roll(8) - 2)));
  let insert = roll(4) === 0 ? "" : words(roll, 2);
  if (someone instanceof Ours) insert = insert.replace(/\r\n?/g, "\n"); // as its clipboard does
  someone.take(someone.state.update({ changes: { from, to, insert } }));
}

/** Two to six people, and a net that delays, cuts lists anywhere, and sends things twice. */
function play(seed) {
  const roll = dice(seed);
  const doc = words(roll, 8).replace(/\r\n?/g, "\n");
  const lines = doc.split("\n");
  const ours = seed % 2 === 1;
  const authority = new Authority((ours ? bundle.Text : Text).of(lines));
  const Person = ours ? Ours : Plain;
  const people = Array.from({ length: 2 + roll(5) }, (_, at) => new Person(`client-${at}`, doc));
  const flights = new Map();
  const pushes = [];
  const deliver = (push) => {
    pushes.push(push);
    authority.push(push);
  };
  for (let step = 10 + roll(30); step > 0; step--) {
    const someone = people[roll(people.length)];
    const action = roll(6);
    const flight = flights.get(someone);
    if (action < 3) type(roll, someone);
    else if (action === 3) someone.catchUp(authority.log, 1 + roll(4));
    else if (flight) {
      deliver(flight);
      if (roll(4)) flights.delete(someone); // else it is sent again
    } else {
      const push = someone.push();
      if (push) flights.set(someone, push);
    }
  }
  for (const someone of people) {
    if (flights.has(someone)) deliver(flights.get(someone));
    for (let push = true; push; ) {
      someone.catchUp(authority.log, Number.POSITIVE_INFINITY);
      push = someone.push();
      if (push) deliver(push);
    }
  }
  for (const someone of people) someone.catchUp(authority.log, Number.POSITIVE_INFINITY);
  return {
    seed,
    doc,
    pushes: pushes.map(({ client, version, edits }) => [
      client,
      version,
      edits.map(({ s, changes }) => [s, changes]),
    ]),
    log: authority.log.map(({ client, s, changes }) => [client, s, changes]),
    text: authority.doc.toString(),
    shown: people.map((someone) => someone.state.doc.toString()),
  };
}

function playLife(seed) {
  const { world, people, text: doc } = live(seed);
  const { log, pushes, text } = world.authority;
  return {
    seed,
    doc,
    pushes,
    log: log.map(({ client, s, c }) => [client, s, c]),
    text: text.toString(),
    shown: people.map((person) => person.text),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { seed, count } = JSON.parse(line);
  let lines = "";
  for (let at = 0; at < count; at++) {
    const played = (seed + at) % LIFE_EVERY ? play(seed + at) : playLife(seed + at);
    lines += `${JSON.stringify(played)}\n`;
    if ((at + 1) % LINES_AT_ONCE && at + 1 < count) continue;
    if (!process.stdout.write(lines)) await once(process.stdout, "drain");
    lines = "";
  }
}
