/** A small world for the tests: one clock, lines that take their time and break, and people who write. */
import { EditorState } from "../../static/dist/editor.js";
import { Session } from "../../static/js/live/session.js";
import { SharedText, together } from "../../static/js/live/text.js";
import { Authority } from "./authority.js";

/** Repeatable chance. */
export function dice(seed) {
  let state = seed >>> 0 || 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  return { random, upTo: (n) => Math.floor(random() * n) };
}

export class World {
  clock = 0;
  #due = [];

  constructor({ text = "", seed = 1, delay = () => 10, gather = () => 0 } = {}) {
    this.authority = new Authority(text, (show) => this.later(gather(), show));
    this.dice = dice(seed);
    this.delay = delay;
    this.people = [];
  }

  person() {
    const person = new Person(this, this.people.length + 1);
    this.people.push(person);
    return person;
  }

  later(wait, act) {
    this.#due.push({ at: this.clock + wait, act, order: this.#due.length });
  }

  /** Lets time pass, and everything happen that falls into it. */
  pass(time) {
    const end = this.clock + time;
    for (let steps = 0; ; steps++) {
      if (steps > 100_000) throw new Error("Somebody has always something to do.");
      const timers = this.people.map((person) => ({
        at: person.session.due(),
        act: () => person.session.tick(),
      }));
      const next = [...this.#due, ...timers].reduce((a, b) => (b.at < a.at ? b : a));
      if (next.at > end) break;
      this.clock = Math.max(this.clock, next.at);
      this.#due = this.#due.filter((one) => one !== next);
      next.act();
    }
    this.clock = end;
  }
}

export class Person {
  online = true;
  sent = [];
  #line = null;

  constructor(world, seat) {
    Object.assign(this, { world, seat });
    this.load(world.authority.page());
  }

  /** Opens the page: text and version as the server had them, and what an earlier life kept. */
  load({ text, version }, kept = null) {
    this.#line?.cut();
    this.state = EditorState.create({
      doc: text,
      extensions: [together(), EditorState.lineSeparator.of("\n")],
    });
    const shared = new SharedText({
      state: () => this.state,
      apply: (steps) => {
        for (const step of steps) this.update(step);
      },
    });
    this.session = new Session({
      text: shared,
      connection: this,
      version,
      kept,
      now: () => this.world.clock,
      random: this.world.dice.random,
      keep: () => {
        this.stored = JSON.parse(JSON.stringify(this.session.record));
      },
    });
    this.session.start();
  }

  update(step) {
    if (step.startState !== this.state) throw new Error("A step from another state.");
    this.state = step.state;
  }

  get text() {
    return this.state.doc.toString();
  }

  write(from, to, insert) {
    const selection = { anchor: from + insert.length };
    this.update(
      this.state.update({ changes: { from, to, insert }, selection, userEvent: "input.type" }),
    );
    this.session.typed();
  }

  /** Leaves and comes back, with only what was kept. */
  reload() {
    const kept = JSON.parse(JSON.stringify(this.session.record));
    this.load(this.world.authority.page(), kept);
  }

  // The connection that the session asks for

  open() {
    const { world, session } = this;
    const alive = () => this.#line === line && this.session === session;
    const server = world.authority.connect(
      this.seat,
      (frame) => line.down(() => alive() && session.heard(frame), frame),
      (code) => line.down(() => alive() && this.lose(code)),
    );
    const clear = [0, 0];
    const travel = (way, act) => {
      // Frames keep their order on one line, whatever each takes.
      clear[way] = Math.max(clear[way], world.clock + world.delay());
      world.later(clear[way] - world.clock, act);
    };
    const line = {
      cutOff: false,
      down: (act, frame) => !line.cutOff && travel(1, act, JSON.stringify(frame)),
      up: (frame) => travel(0, () => server.hear(JSON.parse(JSON.stringify(frame)))),
      cut: () => {
        line.cutOff = true;
        world.later(world.delay(), () => server.leave());
        if (this.#line === line) this.#line = null;
      },
    };
    this.#line = line;
    if (this.online) line.down(() => alive() && session.opened());
    else this.lose(1006);
  }

  send(frame) {
    this.sent.push(frame);
    this.#line?.up(frame);
  }

  close() {
    this.#line?.cut();
  }

  /** The line breaks; what was on its way up may still arrive. */
  lose(code = 1006) {
    if (!this.#line) return;
    this.#line.cut();
    this.session.closed(code);
  }
}
