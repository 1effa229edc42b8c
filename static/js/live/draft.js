/** A draft that is written together, on this page: the session with its line, its timer, and what it keeps over a reload. */
import { ChangeSet } from "../../dist/editor.js";
import { Connection } from "./connection.js";
import { Kept, Tabs } from "./kept.js";
import { Session } from "./session.js";
import { SharedText } from "./text.js";

const KEEP_AFTER = 300; // letters come faster than they need to be kept
const HOLD = 3000; // an input method may take its time over a word, but the others not wait for ever
const WATCH = 2000; // how often we see whether time went on without us
const ASLEEP = 6000;
const RELOADED = "flamingo.reloaded";
const RELOAD_AGAIN = 60_000; // a page that is no newer than the one before will not become so by loading it
const SIGNED_OUT = 4401;
const ANOTHER_PERSON = 4410;
const REDACTED = 4411;
const OUTDATED = 4426;

/** Whether changes of the confirmed text reach into a line of the page, as well as can be told beforehand. */
function touches(changes, { from, to }, place) {
  let found = false;
  changes.iterChangedRanges((start, end) => {
    found ||= place(start) <= to && place(end) >= from;
  });
  return found;
}

export class LiveDraft {
  #watch = 0;
  #timer = 0;
  #keeping = 0;
  #held = [];
  #holding = 0;
  #stopped = false;
  #keptAll = true;

  /** What this tab kept, unless another one that is open has it too. */
  static async kept(draft, seat) {
    const kept = new Kept(sessionStorage, draft, seat);
    const client = kept.read()?.client;
    if (client && (await new Tabs().elsewhere(client))) kept.write(null);
    return kept;
  }

  /**
   * `kept` is what `LiveDraft.kept` gave. `state` and `apply` are the editor's; `changed` is called after everything that happens; `composing` gives the
   * line in which an input method is at work, if one is; `leave` loads the page anew.
   */
  constructor({ url, kept, seat, version, may, why, state, apply, changed, composing, leave }) {
    this.composing = composing;
    this.leave = leave;
    this.kept = kept;
    this.changed = changed;
    this.text = new SharedText({ state, apply });
    const hears = {
      opened: () => this.#after(() => this.session.opened()),
      heard: (frame) => this.#heard(frame),
      closed: (code) => {
        this.release();
        this.#after(() => this.session.closed(code));
        this.#ended();
      },
    };
    this.connection = new Connection(url, hears, sessionStorage);
    this.session = new Session({
      text: this.text,
      connection: this.connection,
      version,
      seat,
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
    for (const event of ["online", "offline", "pageshow", "focus"]) addEventListener(event, nudge);
    document.addEventListener("visibilitychange", () => {
      this.#keep();
      nudge();
    });
    addEventListener("pagehide", () => {
      this.#keep();
      this.connection.away();
    });
    // A machine that slept does not say so, and its clocks may have slept too.
    let seen = Date.now();
    this.#watch = setInterval(() => {
      if (Date.now() - seen > ASLEEP) nudge();
      seen = Date.now();
    }, WATCH);
    new Tabs({
      clients: () => [this.session.client, this.session.kept?.client],
      signedOut: () => this.#after(() => this.session.again()),
    });
    this.#after(() => this.session.start());
  }

  /** Whether what was written here would be found again by the next page in this tab. */
  get survives() {
    return !this.session.record || this.#keptAll;
  }

  /** What is left to do when the server ended it: another person has nothing to see here, and a new page speaks anew. */
  #ended() {
    const { code, line } = this.session;
    if (line !== "ended") return;
    if (code === ANOTHER_PERSON) {
      this.stop();
      this.kept.write(null);
      this.leave();
    }
    // Words were taken out for good: neither what this page shows nor what it could undo may keep them.
    if (code === REDACTED && this.survives) this.leave();
    if (code === OUTDATED && this.survives && !this.#reloadedJustNow()) this.leave();
  }

  #reloadedJustNow() {
    const before = Number(sessionStorage[RELOADED] ?? 0);
    sessionStorage[RELOADED] = Date.now();
    return Date.now() - before < RELOAD_AGAIN;
  }

  /** For good. What an earlier life of the page left stays for one that finds a line. */
  stop() {
    this.session.stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#keeping);
    clearInterval(this.#watch);
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
    const { code, line, record } = this.session;
    // After signing out nothing may stay behind. What may wait for long keeps its place by the text it was written in.
    const signedOut = [SIGNED_OUT, ANOTHER_PERSON].includes(code);
    const long = line !== "up" || document.visibilityState === "hidden";
    const text = long && !this.session.kept ? () => this.text.confirmed.toString() : null;
    this.#keptAll = this.kept.write(signedOut ? null : record, text);
  }
}
