// A person at our editor, without the page: the real algebra of CodeMirror, and of its collab package for those who watch.
import { collab, receiveUpdates, sendableUpdates } from "@codemirror/collab";
import { ChangeSet, EditorState, Text } from "@codemirror/state";
import { Line } from "./line.mjs";

const SPACING = 60; // as in static/js/live/session.js

/** Frames are the same for all readers of a draft, so each is read once. */
const latest = new Map();
function decoded(draft, raw) {
  const known = latest.get(draft);
  if (known?.raw.equals(raw)) return known.frame;
  const frame = JSON.parse(raw);
  if (frame.t === "edits") {
    for (const edit of frame.edits) edit.changes = ChangeSet.fromJSON(edit.c);
    frame.whole = frame.edits.map((e) => e.changes).reduce((a, b) => a.compose(b));
  }
  latest.set(draft, { raw, frame });
  return frame;
}

let number = 0;

class Person {
  #pushedAt = 0;
  #due = 0;
  #strokes = []; // keys of letters not pushed yet
  inFlight = 0;
  sequence = 0; // acknowledged
  version = null;

  constructor({ url, draft, cookie, place, clock }) {
    Object.assign(this, { url, draft, place, clock });
    this.client = `bench${process.pid}_${number++}`;
    this.headers = { Cookie: cookie, Origin: new URL(url).origin.replace("ws", "http") };
    this.pushed = new Map(); // sequence → keys
  }

  open() {
    this.line = new Line(this.url + this.draft, this.headers, {
      opened: () => this.line.send({ t: "hello", client: this.client, v: this.version }),
      heard: (raw) => this.#heard(raw),
    });
    return this.line.ready;
  }

  #heard(raw) {
    const frame = decoded(this.draft, raw);
    if (frame.t === "edits") {
      this.take(frame);
      this.inFlight -= this.acknowledge(frame.edits);
      this.push();
    } else if (frame.t === "ping") this.line.send({ t: "pong", n: frame.n });
    else if (frame.t === "welcome") {
      if ("text" in frame) this.begin(frame.text);
      else if (frame.edits.length) {
        for (const edit of frame.edits) edit.changes = ChangeSet.fromJSON(edit.c);
        frame.whole = frame.edits.map((e) => e.changes).reduce((a, b) => a.compose(b));
        this.take(frame);
        this.acknowledge(frame.edits);
      }
      this.version = frame.v;
      this.inFlight = 0;
      this.line.isReady();
      this.push();
    } else if (frame.t === "refused") throw new Error(JSON.stringify(frame));
  }

  acknowledge(edits) {
    let own = 0;
    for (const { client, s } of edits) {
      if (client !== this.client) {
        if (this.watches) this.clock.seen(`${client}:${s}`);
        continue;
      }
      own++;
      this.sequence = s;
      this.clock.saved(`${client}:${s}`);
    }
    this.version += edits.length;
    return own;
  }

  type() {
    this.#strokes.push(performance.now());
    this.write("x");
    this.push();
  }

  push() {
    if (this.inFlight || !this.line.up || !this.waiting.length) return;
    const wait = this.#pushedAt + SPACING - performance.now();
    if (wait > 0) {
      this.#due ||= setTimeout(() => {
        this.#due = 0;
        this.push();
      }, wait);
      return;
    }
    this.#pushedAt = performance.now();
    if (this.#strokes.length) this.seal(this.sequence + this.pushed.size + 1);
    const edits = this.waiting.map((c, at) => ({ s: this.sequence + 1 + at, c: c.toJSON() }));
    this.inFlight = edits.length;
    this.line.send({ t: "push", v: this.version, edits });
  }

  /** What was typed since the last push becomes one edit, as our editor does it. */
  seal() {
    this.join();
    this.clock.typed(`${this.client}:${this.sequence + this.waiting.length}`, this.#strokes);
    this.#strokes = [];
  }

  point() {
    const { a, h } = this.selection();
    this.line.send({ t: "here", v: this.version, a, h });
  }
}

/** One whole replica, as in a browser. */
export class Watcher extends Person {
  watches = true;
  #sealed = 0;

  begin(text) {
    this.state = EditorState.create({ doc: text, extensions: [collab({ clientID: "me" })] });
    this.cursor = paragraphEnd(text, this.place);
  }

  get text() {
    return this.state.doc.toString();
  }

  get waiting() {
    return sendableUpdates(this.state).map(({ changes }) => changes);
  }

  write(letter) {
    const change = this.state.update({ changes: { from: this.cursor, insert: letter } });
    this.state = change.state;
    this.cursor++;
  }

  join() {
    const updates = sendableUpdates(this.state);
    const fresh = updates.slice(this.#sealed);
    if (fresh.length > 1) {
      const changes = fresh.map((u) => u.changes).reduce((a, b) => a.compose(b));
      updates.splice(this.#sealed, fresh.length, { changes, effects: [], clientID: "me" });
    }
    this.#sealed = updates.length;
  }

  take({ edits, whole }) {
    if (sendableUpdates(this.state).length) {
      for (const { client, changes } of edits) {
        const own = client === this.client;
        if (own) this.#sealed--;
        this.#receive([{ clientID: own ? "me" : "others", changes }]);
      }
    } else
      this.#receive(
        edits.map(({ changes }) => ({ clientID: "others", changes })),
        whole,
      );
  }

  #receive(updates) {
    const change = receiveUpdates(this.state, updates);
    this.cursor = change.changes.mapPos(this.cursor);
    this.state = change.state;
  }

  selection() {
    this.line_end = !this.line_end;
    const waiting = this.waiting;
    const back = waiting.length ? waiting.reduce((a, b) => a.compose(b)).invertedDesc : null;
    const at = this.line_end ? this.cursor : Math.max(0, this.cursor - 20);
    const place = back ? back.mapPos(at) : at;
    return { a: place, h: place };
  }
}

/** The same edits for less work: it knows how long the text is and where its cursor is, not what the text says. */
export class Typist extends Person {
  waiting = [];
  #sealed = 0;
  #confirmed = 0; // the cursor in the server's text
  #length = 0;

  begin(text) {
    this.#length = text.length;
    this.#confirmed = paragraphEnd(text, this.place);
  }

  write(letter) {
    const last = this.waiting.at(-1);
    const length = last ? last.newLength : this.#length;
    this.waiting.push(ChangeSet.of({ from: this.#cursor, insert: letter }, length));
  }

  get #cursor() {
    return this.waiting.reduce((at, c) => c.mapPos(at, 1), this.#confirmed);
  }

  join() {
    const fresh = this.waiting.splice(this.#sealed);
    this.waiting.push(fresh.reduce((a, b) => a.compose(b)));
    this.#sealed = this.waiting.length;
  }

  take({ edits, whole }) {
    if (this.waiting.length) {
      for (const { client, changes } of edits) {
        if (client === this.client) {
          this.#confirmed = changes.mapPos(this.#confirmed, 1);
          this.waiting.shift();
          this.#sealed--;
          continue;
        }
        this.#confirmed = changes.mapPos(this.#confirmed);
        let over = changes;
        this.waiting = this.waiting.map((own) => {
          const moved = own.map(over);
          over = over.map(own, true);
          return moved;
        });
      }
    } else this.#confirmed = whole.mapPos(this.#confirmed);
    this.#length = whole.newLength;
  }

  selection() {
    this.back = !this.back;
    const at = this.back ? Math.max(0, this.#confirmed - 20) : this.#confirmed;
    return { a: at, h: at };
  }
}

/** A new page: how long until it has the text, and how many bytes that took. */
export async function join({ url, draft, cookie }) {
  const began = performance.now();
  const headers = { Cookie: cookie, Origin: new URL(url).origin.replace("ws", "http") };
  let doc;
  const line = new Line(url + draft, headers, {
    opened: () => line.send({ t: "hello", client: `bench${process.pid}_${number++}`, v: null }),
    heard: (raw) => {
      const frame = JSON.parse(raw);
      if (frame.t !== "welcome") return;
      doc = Text.of(frame.text.split("\n"));
      line.isReady();
    },
  });
  await line.ready;
  const ms = performance.now() - began;
  const bytes = line.bytes;
  line.close();
  return { ms, bytes, length: doc.length };
}

function paragraphEnd(text, place) {
  let end = -1;
  for (let line = 0; line <= place; line++) {
    const next = text.indexOf("\n", end + 1);
    if (next < 0) return text.length;
    end = next;
  }
  return end;
}
