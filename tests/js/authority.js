/** The server's side of the protocol, in memory: what the tests' clients talk to. Deliberately naive. */
import { ChangeSet, Text } from "../../static/dist/editor.js";

export class Authority {
  log = [];
  pushes = []; // as they came
  lines = new Set();
  may = "write";
  forgets = Number.POSITIVE_INFINITY; // whoever is further behind gets the text
  closes = 0; // the code for everybody who comes
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

  /** A line from a seat; `send` takes frames to it, `drop` a close code. */
  connect(seat, send, drop = () => {}) {
    const line = { seat, send, drop, a: null, h: null };
    const peer = ({ seat: id, a, h }) => ({
      id,
      name: `Heron ${id}`,
      colour: id % 8,
      role: "participant",
      a,
      h,
    });
    const others = () => [...this.lines].filter((other) => other !== line);
    line.leave = () => {
      if (!this.lines.delete(line) || others().some((other) => other.seat === seat)) return;
      this.tell({ t: "peers", v: this.version, peers: [], gone: [seat] });
    };
    line.hear = (frame) => {
      if (frame.t === "hello") {
        if (this.closes) return drop(this.closes);
        line.client = frame.client;
        for (const other of others()) {
          if (other.client !== line.client) continue;
          this.lines.delete(other);
          other.drop(4409);
        }
        this.show();
        this.lines.add(line);
        line.shown = this.version;
        const place =
          frame.v === null || frame.v > this.version || this.version - frame.v > this.forgets
            ? { text: this.text.toString() }
            : { edits: this.log.slice(frame.v) };
        const about = {
          may: this.may,
          why: "",
          s: this.known(line.client),
          you: peer(line),
          peers: [...this.lines].map(peer),
        };
        send({ t: "welcome", v: this.version, ...place, ...about });
        this.tell({ t: "peers", v: this.version, peers: [peer(line)], gone: [] }, line);
      } else if (!this.lines.has(line)) return;
      else if (frame.t === "push") this.push(line, frame);
      else if (frame.t === "here") {
        const now = (at) =>
          this.log
            .slice(frame.v)
            .reduce(
              (at, edit) => ChangeSet.fromJSON(edit.c).mapPos(at, edit.seat === seat ? 1 : -1),
              at,
            );
        Object.assign(line, { a: now(frame.a), h: now(frame.h) });
        this.show();
        this.tell({ t: "moved", v: this.version, at: [[seat, line.a, line.h]] });
      } else if (frame.t === "ping") send({ t: "pong" });
    };
    return line;
  }

  push(line, { v, edits }) {
    const { client } = line;
    this.pushes.push([client, v, edits.map(({ s, c }) => [s, c])]);
    let pending = edits.map(({ s, c }) => ({ s, changes: ChangeSet.fromJSON(c) }));
    for (const stored of this.log.slice(v)) {
      if (stored.client === client) {
        if (stored.s !== pending[0]?.s)
          return line.send({ t: "refused", s: edits[0].s, code: "malformed", say: "Odd." });
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
      const code =
        s !== this.known(client) + 1
          ? "not_allowed"
          : this.may === "read"
            ? "stage_closed"
            : this.refuse?.(changes);
      if (code) {
        line.send({ t: "refused", s, code, say: "It is closed." });
        break;
      }
      this.text = changes.apply(this.text);
      this.log.push({ client, s, seat: line.seat, c: changes.toJSON() });
      for (const other of this.lines) {
        const moved = (at) =>
          at === null ? null : changes.mapPos(at, other.seat === line.seat ? 1 : -1);
        Object.assign(other, { a: moved(other.a), h: moved(other.h) });
      }
    }
    if (this.version > before) this.later(() => this.show());
  }

  show() {
    for (const line of this.lines) {
      if (line.shown < this.version)
        line.send({ t: "edits", v: line.shown, edits: this.log.slice(line.shown) });
      line.shown = this.version;
    }
  }

  tell(frame, except) {
    for (const line of this.lines) if (line !== except) line.send(frame);
  }
}
