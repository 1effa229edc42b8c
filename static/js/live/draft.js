/** A draft that is written together, on this page: the session with its line, its timer, and what it keeps over a reload. */
import { ChangeSet } from "../../dist/editor.js";
import { Connection } from "./connection.js";
import { Kept } from "./kept.js";
import { Session } from "./session.js";
import { SharedText } from "./text.js";

const KEEP_AFTER = 300; // letters come faster than they need to be kept
const HOLD = 3000; // an input method may take its time over a word, but the others not wait for ever

/** Whether changes of the confirmed text reach into a line of the page, as well as can be told beforehand. */
function touches(changes, { from, to }, place) {
  let found = false;
  changes.iterChangedRanges((start, end) => {
    found ||= place(start) <= to && place(end) >= from;
  });
  return found;
}

export class LiveDraft {
  #timer = 0;
  #keeping = 0;
  #held = [];
  #holding = 0;
  #stopped = false;

  /**
   * `state` and `apply` are the editor's; `changed` is called after everything that happens; `composing` gives the
   * line in which an input method is at work, if one is.
   */
  constructor({ url, draft, seat, version, may, why, state, apply, changed, composing }) {
    this.composing = composing;
    this.kept = new Kept(sessionStorage, draft, seat);
    this.changed = changed;
    this.text = new SharedText({ state, apply });
    const connection = new Connection(url, {
      opened: () => this.#after(() => this.session.opened()),
      heard: (frame) => this.#heard(frame),
      closed: (code) => {
        this.release();
        this.#after(() => this.session.closed(code));
      },
    });
    this.session = new Session({
      text: this.text,
      connection,
      version,
      may,
      why,
      kept: this.kept.read(),
      keep: () => this.#keep(),
      now: () => performance.now(),
    });
  }

  start() {
    const nudge = () => {
      if (document.visibilityState === "visible") this.#after(() => this.session.nudge());
    };
    for (const event of ["online", "offline", "pageshow"]) addEventListener(event, nudge);
    document.addEventListener("visibilitychange", () => {
      this.#keep();
      nudge();
    });
    addEventListener("pagehide", () => this.#keep());
    this.#after(() => this.session.start());
  }

  /** For good. What an earlier life of the page left stays for one that finds a line. */
  stop() {
    this.session.stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#keeping);
    this.#stopped = true;
    this.kept.write(this.session.kept);
  }

  typed() {
    this.#after(() => this.session.typed());
    this.#keeping ||= setTimeout(() => this.#keep(), KEEP_AFTER);
  }

  looked() {
    this.#after(() => this.session.looked());
  }

  /**
   * A change beside letters that an input method has in hand would take them from it. Such frames wait until it is done,
   * and those behind them.
   */
  #heard(frame) {
    if (frame.t === "ping" || !(this.#held.length || this.#disturbs(frame))) {
      this.#after(() => this.session.heard(frame));
      return;
    }
    this.#held.push(frame);
    this.#holding ||= setTimeout(() => this.release(), HOLD);
  }

  release() {
    clearTimeout(this.#holding);
    this.#holding = 0;
    for (const frame of this.#held.splice(0)) this.#after(() => this.session.heard(frame));
  }

  #disturbs({ t, edits }) {
    const line = t === "edits" && this.composing();
    if (!line) return false;
    const place = this.text.toPage();
    return edits
      .filter(({ client }) => client !== this.session.client)
      .some(({ c }) => touches(ChangeSet.fromJSON(c), line, place));
  }

  #after(act) {
    if (this.#stopped) return;
    try {
      act();
    } finally {
      this.#rest();
      if (!this.text.waiting) this.#keep();
      this.changed();
    }
  }

  #rest() {
    clearTimeout(this.#timer);
    const wait = this.session.due() - performance.now();
    if (wait === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#after(() => this.session.tick()), Math.max(wait, 0));
  }

  #keep() {
    if (this.#stopped) return;
    clearTimeout(this.#keeping);
    this.#keeping = 0;
    // After signing out nothing may stay behind.
    this.kept.write(this.session.code === 4401 ? null : this.session.record);
  }
}
