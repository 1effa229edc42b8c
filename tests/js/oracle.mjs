// The word of @codemirror/state and @codemirror/collab, for tests/scenarios/live/test_codemirror.py.
// A line of JSON in ({"ask": "algebra" | "histories", "seed", "count"}), a line of JSON out: random cases with CodeMirror's answers.
import { createInterface } from "node:readline";
import { collab, getSyncedVersion, receiveUpdates, sendableUpdates } from "@codemirror/collab";
import { history, redo, undo } from "@codemirror/commands";
import { ChangeSet, EditorState, Text } from "@codemirror/state";

const WORDS = [
  "a",
  "be",
  "\n",
  "\n\n",
  "سلام",
  "نهر",
  "😀",
  "👩‍👧",
  "é",
  "ḍ̇",
  "𝕏",
  " ",
  "–",
  "heron ",
  "\r\n",
  "\u2028",
  "‏",
];

/** Small and fast, and the same everywhere (mulberry32). */
function dice(seed) {
  return (sides) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

function words(roll, most) {
  let text = "";
  for (let n = roll(most + 1); n > 0; n--) text += WORDS[roll(WORDS.length)];
  return text;
}

/** This position, or the one before it where it would tear a character in two. */
function whole(text, at) {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000 ? at - 1 : at;
}

function change(roll, text) {
  const from = whole(text, roll(text.length + 1));
  const to = whole(text, Math.min(text.length, from + Math.max(0, roll(8) - 2)));
  return { from, to, insert: roll(4) === 0 ? "" : words(roll, 2) };
}

function changeSet(roll, doc) {
  const text = doc.toString();
  let set = ChangeSet.of(
    Array.from({ length: roll(4) }, () => change(roll, text)),
    doc.length,
  );
  while (roll(3) === 0) {
    const next = set.apply(doc);
    set = set.compose(ChangeSet.of(change(roll, next.toString()), next.length));
  }
  return set;
}

function algebra(roll) {
  const doc = Text.of(words(roll, 12).split(/\r\n?|\n/));
  const [a, b] = [changeSet(roll, doc), changeSet(roll, doc)];
  const after = a.apply(doc);
  const c = changeSet(roll, after);
  const positions = Array.from({ length: doc.length + 1 }, (_, at) => [
    a.mapPos(at, -1),
    a.mapPos(at, 1),
  ]);
  return {
    doc: doc.toString(),
    a,
    b,
    c,
    applied: after.toString(),
    map: b.map(a),
    mapBefore: a.map(b, true),
    mapAgain: b.map(a).map(c),
    compose: a.compose(c),
    invert: a.invert(doc),
    positions,
  };
}

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

function person(id, doc) {
  return {
    id,
    state: EditorState.create({
      doc,
      extensions: [collab({ clientID: id, startVersion: 0 }), history()],
    }),
    stored: 0,
    flight: null,
  };
}

function catchUp(someone, log, most) {
  const start = getSyncedVersion(someone.state);
  for (const { client, s, changes } of log.slice(start, start + most)) {
    someone.state = receiveUpdates(someone.state, [{ clientID: client, changes }]).state;
    if (client === someone.id) someone.stored = s;
  }
}

function type(roll, someone) {
  const dispatch = (transaction) => {
    someone.state = transaction.state;
  };
  const kind = roll(10);
  if (kind === 0) undo({ state: someone.state, dispatch });
  else if (kind === 1) redo({ state: someone.state, dispatch });
  else
    someone.state = someone.state.update({
      changes: change(roll, someone.state.doc.toString()),
    }).state;
}

function sendable(someone) {
  const edits = sendableUpdates(someone.state).map(({ changes }, i) => ({
    s: someone.stored + i + 1,
    changes,
  }));
  return { client: someone.id, version: getSyncedVersion(someone.state), edits };
}

/** A few people, one draft, and a net that delays, cuts lists anywhere, and sends things twice. */
function session(roll) {
  const doc = words(roll, 8).replace(/\r\n/g, "\n");
  const authority = new Authority(Text.of(doc.split("\n")));
  const people = Array.from({ length: 2 + roll(5) }, (_, i) => person(`client-${i}`, doc));
  const pushes = [];
  const deliver = (push) => {
    pushes.push(push);
    authority.push(push);
  };
  for (let step = 10 + roll(30); step > 0; step--) {
    const someone = people[roll(people.length)];
    const action = roll(6);
    if (action < 3) type(roll, someone);
    else if (action === 3) catchUp(someone, authority.log, 1 + roll(4));
    else if (someone.flight) {
      deliver(someone.flight);
      if (roll(4)) someone.flight = null; // else it is sent again
    } else if (sendableUpdates(someone.state).length) someone.flight = sendable(someone);
  }
  for (const someone of people) {
    if (someone.flight) deliver(someone.flight);
    catchUp(someone, authority.log, Number.POSITIVE_INFINITY);
    if (sendableUpdates(someone.state).length) deliver(sendable(someone));
  }
  for (const someone of people) catchUp(someone, authority.log, Number.POSITIVE_INFINITY);
  return {
    doc,
    pushes,
    log: authority.log,
    text: authority.doc.toString(),
    shown: people.map((someone) => someone.state.doc.toString()),
  };
}

const ANSWERS = { algebra, histories: session };

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, seed, count } = JSON.parse(line);
  const roll = dice(seed);
  process.stdout.write(
    `${JSON.stringify(Array.from({ length: count }, () => ANSWERS[ask](roll)))}\n`,
  );
}
