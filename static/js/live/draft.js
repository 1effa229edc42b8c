/** A draft that is written together, on this page: the session with its line, its timer, and what it keeps over a reload. */
import { Connection } from "./connection.js";
import { Kept } from "./kept.js";
import { Session } from "./session.js";
import { SharedText } from "./text.js";

const KEEP_AFTER = 300; // letters come faster than they need to be kept

export class LiveDraft {
  #timer = 0;
  #keeping = 0;

  /** `state` and `apply` are the editor's; `changed` is called after everything that happens. */
  constructor({ url, draft, seat, version, may, why, state, apply, changed }) {
    this.kept = new Kept(sessionStorage, draft, seat);
    this.changed = changed;
    this.text = new SharedText({ state, apply });
    const connection = new Connection(url, {
      opened: () => this.#after(() => this.session.opened()),
      heard: (frame) => this.#after(() => this.session.heard(frame)),
      closed: (code) => this.#after(() => this.session.closed(code)),
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

  typed() {
    this.#after(() => this.session.typed());
    this.#keeping ||= setTimeout(() => this.#keep(), KEEP_AFTER);
  }

  looked() {
    this.#after(() => this.session.looked());
  }

  #after(act) {
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
    clearTimeout(this.#keeping);
    this.#keeping = 0;
    // After signing out nothing may stay behind.
    this.kept.write(this.session.code === 4401 ? null : this.session.record);
  }
}
