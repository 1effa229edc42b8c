/** The server's side of the protocol, in memory: what the tests' clients talk to. Deliberately naive. */
import { ChangeSet, Text } from "../../static/dist/editor.js";

export class Authority {
  log = [];
  lines = new Set();
  may = "write";
  refuse = null; // (edit) => code or nothing

  /** `later` is called with what shows new edits to everybody; it may wait, and gather more. */
  constructor(text = "", later = (show) => show()) {
    this.text = Text.of(text.split("\n"));
    this.later = later;
  }

  get version() {
    return this.log.length;
  }

  known(client) {
    return this.log.filter((edit) => edit.client === client).length;
  }

  /** What a page is rendered with. */
  page() {
    return { text: this.text.toString(), version: this.version };
  }

  /** A line from someone; `send` takes frames to them. */
  connect(send) {
    const line = { send, id: `p${Math.random().toString(36).slice(2, 8)}` };
    const peers = () => [...this.lines].map(({ id, name, a = null, h = null }) => ({ id, name, colour: 1, role: "participant", v: this.version, a, h }));
    line.leave = () => {
      if (this.lines.delete(line)) this.tell({ t: "peers", peers: peers() });
    };
    line.hear = (frame) => {
      if (frame.t === "hello") {
        line.client = frame.client;
        line.shown = this.version;
        this.lines.add(line);
        const place = frame.v === null || frame.v > this.version ? { text: this.text.toString() } : { edits: this.log.slice(frame.v) };
        send({ t: "welcome", v: this.version, ...place, may: this.may, why: "", s: this.known(line.client), you: { id: line.id, name: "Heron", colour: 1, role: "participant" }, peers: peers() });
        this.tell({ t: "peers", peers: peers() });
      } else if (frame.t === "push") this.push(line, frame);
      else if (frame.t === "here") {
        Object.assign(line, { a: frame.a, h: frame.h });
        this.tell({ t: "moved", ...peers().find(({ id }) => id === line.id) }, line);
      } else if (frame.t === "ping") send({ t: "pong" });
    };
    return line;
  }

  push(line, { v, edits }) {
    const { client } = line;
    let pending = edits.map(({ s, c }) => ({ s, changes: ChangeSet.fromJSON(c) }));
    for (const stored of this.log.slice(v)) {
      if (stored.client === client && stored.s === pending[0]?.s) {
        pending = pending.slice(1);
        continue;
      }
      let over = ChangeSet.fromJSON(stored.c);
      pending = pending.map(({ s, changes }) => {
        const moved = changes.map(over);
        over = over.map(changes, true);
        return { s, changes: moved };
      });
    }
    const before = this.version;
    for (const { s, changes } of pending) {
      const code = s !== this.known(client) + 1 ? "not_allowed" : this.may === "read" ? "stage_closed" : this.refuse?.(changes);
      if (code) {
        line.send({ t: "refused", s, code, say: "It is closed." });
        break;
      }
      this.text = changes.apply(this.text);
      this.log.push({ client, s, seat: line.id, c: changes.toJSON() });
    }
    if (this.version > before) this.later(() => this.show());
  }

  show() {
    for (const line of this.lines) {
      if (line.shown < this.version) line.send({ t: "edits", v: line.shown, edits: this.log.slice(line.shown) });
      line.shown = this.version;
    }
  }

  tell(frame, except) {
    for (const line of this.lines) if (line !== except) line.send(frame);
  }
}
