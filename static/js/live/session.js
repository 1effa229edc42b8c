/**
 * What passes between this page and the server: whether there is a line, what was sent and not answered, what comes next.
 *
 * It holds no socket, no page and no timer. `connection` opens, sends and closes; `text` is the shared text; `now` is a
 * clock. Whoever owns it calls `tick` when `due()` has come, says what the connection did (`opened`, `heard`, `closed`),
 * and calls `typed` and `looked` when something was written or the selection moved.
 */
import { Peers } from "./peers.js";
import { bring, rebase, words } from "./text.js";

/** Of the frames: a server that speaks another one asks the page to load itself anew. */
const PROTOCOL = 1;

const SPACING = 60; // between two pushes: the server takes 20 a second
const GLANCES = 150; // between two cursors
const AFTER_TYPING = 1000; // others see the cursor move with the letters; this only puts it right
const PATIENCE = 8000; // an answer that takes longer will not come
const HURRY = 3000; // nor one that takes so long, when we have reason to doubt the line
const QUIET = 20_000; // then we ask whether the line still stands
const GRACE = 2000; // a shorter break is not worth a word
const FIRST_WAIT = 300;
const LONGEST_WAIT = 10_000;
const TRIES = 5; // after which a line that never stood is not to be had
const RECENT = 300; // changes, for those who know where something was a moment ago
const STEADY = 10_000; // a line that held so long begins its waits anew

// Close codes after which there is nothing to come back to, and those that blame what was sent.
const FINAL = new Set([4401, 4403, 4404, 4409, 4410, 4411, 4426]);
const BLAMES_EDITS = new Set([4400, 4413]);
const SIGNED_OUT = 4401;
const TAKEN_OVER = 4409;
const TOO_FAST = 4429;

const newId = () =>
  crypto.getRandomValues(new Uint32Array(4)).reduce((id, part) => id + part.toString(36), "");

export class Session {
  line = "down"; // down, opening, greeting, up, ended
  you = null;
  code = 0; // with which the line ended, until we are greeted again
  refused = null;
  confirmed = 0; // our last sequence that the server has
  inFlight = 0; // sent on this line and not answered
  sealed = 0; // sent on any line and not answered: sent again as it was, or not at all
  lost = []; // passages written here that will not be saved
  peers = new Peers();
  noted = 0; // how often we heard that something was said about the text

  #recent = []; // the newest changes of the confirmed text
  #signedOut = false; // said once
  #doubted = 0; // our sequence that was called malformed, once
  #anew = false; // we lost our place: ask for the whole text
  #attempts = 0;
  #upAt = null;
  #downAt;
  #retryAt = Number.POSITIVE_INFINITY;
  #heardAt = 0;
  #askedAt = null;
  #pushedAt = Number.NEGATIVE_INFINITY;
  #glancedAt = Number.NEGATIVE_INFINITY;
  #glanceAt = Number.POSITIVE_INFINITY;
  #looked = false;

  /**
   * `version` is that of the text the page came with; `seat` whose page it is; `kept` what an earlier life of this
   * page left (its `record`). `keep` is called before anything leaves.
   */
  constructor({
    text,
    connection,
    version,
    seat,
    kept = null,
    may = "write",
    why = "",
    keep,
    now,
    random = Math.random,
  }) {
    Object.assign(this, { text, connection, version, seat, kept, may, why, keep, now, random });
    this.#downAt = now();
    // An id that was kept only ever sends what was kept under it: a copy of this tab may go on using it.
    this.borrowed = Boolean(kept?.sealed);
    this.client = this.borrowed ? kept.client : newId();
    if (this.borrowed) this.confirmed = kept.confirmed;
    if (kept?.version === version) this.#unpack([]);
  }

  // What the page asks

  get writable() {
    const refused = this.refused && this.refused.code !== "too_large";
    const ended = this.line === "ended" || this.code;
    return this.may === "write" && !refused && !ended && !this.kept;
  }

  /** Something between here and the server lets pages through, but no lines. */
  get hopeless() {
    return this.#upAt === null && this.#attempts >= TRIES;
  }

  /** `why` is a sentence of the server, `code` a close code, `n` how many changes wait. */
  get status() {
    const n = this.text.changes;
    const unsaved = (otherwise) => (n ? "unsaved" : otherwise);
    if (this.line === "ended" || this.code) return { state: unsaved("ended"), code: this.code, n };
    if (this.refused) return { state: unsaved("reading"), why: this.refused.say, n };
    if (this.may !== "write") return { state: unsaved("reading"), why: this.why, n };
    if (this.line !== "up" && this.now() - this.#downAt >= GRACE) return { state: "offline", n };
    if (this.#upAt === null) return { state: "opening", n };
    return { state: n ? "saving" : "saved", n };
  }

  /** What has to outlive a reload. */
  get record() {
    if (this.kept || !this.text.waiting) return this.kept;
    this.text.regroup(this.sealed);
    const { client, confirmed, version, sealed } = this;
    return { client, confirmed, version, sealed, edits: this.text.record() };
  }

  /** When to `tick` next. */
  due() {
    const times = [];
    if (this.#askedAt !== null) times.push(this.#askedAt + PATIENCE);
    if (this.line === "down") times.push(this.#retryAt);
    if (this.line === "up") {
      times.push(Math.max(this.#glanceAt, this.#glancedAt + GLANCES));
      if (this.#askedAt === null) times.push(this.#heardAt + QUIET);
      if (this.#pushable) times.push(this.#pushedAt + SPACING);
    } else if (this.now() < this.#downAt + GRACE) times.push(this.#downAt + GRACE);
    return this.line === "ended" ? Number.POSITIVE_INFINITY : Math.min(...times);
  }

  // What happens

  /** The changes from a version to ours; null if they are no longer at hand, or it is newer. */
  since(version) {
    const first = this.#recent.length - (this.version - version);
    return first >= 0 && version <= this.version ? this.#recent.slice(first) : null;
  }

  start() {
    this.line = "opening";
    this.#askedAt = this.now();
    this.connection.open();
  }

  stop() {
    this.connection.close();
    this.line = "ended";
  }

  tick() {
    const now = this.now();
    if (this.line === "down" && now >= this.#retryAt) this.start();
    else if (this.#askedAt !== null && now >= this.#askedAt + PATIENCE) {
      this.#drop();
      this.#downAt = this.#heardAt;
    } else if (this.line === "up") {
      this.#push();
      this.#glance();
      if (this.#askedAt === null && now >= this.#heardAt + QUIET) this.#ask({ t: "ping" });
    }
  }

  /** The network may have changed, or somebody signed in again: find out now. */
  nudge() {
    const back = this.line === "ended" && this.code === SIGNED_OUT;
    if (this.line === "down" || back) {
      if (this.#upAt !== null) this.#attempts = 0;
      this.start();
    }
    if (this.line !== "up") return;
    this.#ask({ t: "ping" });
    this.#askedAt = Math.min(this.#askedAt, this.now() + HURRY - PATIENCE);
  }

  /** Who we are may have changed: be greeted anew. */
  again() {
    if (this.line !== "ended") this.#drop();
    this.nudge();
  }

  typed() {
    if (this.refused?.code === "too_large") {
      // It was refused, not stored, so it may be sent otherwise: shorter, we hope.
      this.refused = null;
      this.sealed = 0;
    }
    this.#looked = true;
    this.#glanceAt = Math.min(this.#glanceAt, this.now() + AFTER_TYPING);
    this.#push();
  }

  looked() {
    this.#looked = true;
    this.#glanceAt = this.now();
    this.#glance();
  }

  opened() {
    this.line = "greeting";
    const v = this.#anew ? null : Math.min(this.version, this.kept?.version ?? this.version);
    this.#ask({ t: "hello", p: PROTOCOL, seat: this.seat, client: this.client, v });
  }

  closed(code) {
    const now = this.now();
    if (this.line === "up") this.#downAt = now;
    if (this.line === "up" && now - this.#upAt >= STEADY) this.#attempts = 0;
    this.inFlight = 0;
    this.#askedAt = null;
    // Right after our own coming it was an older line of ours, late; otherwise a copy of this tab goes on in our place.
    const ourselves = code === TAKEN_OVER && now - this.#upAt < STEADY;
    // A new password renews the session, and another page of ours may have seen to it: ask once more.
    const renewed = code === SIGNED_OUT && !this.#signedOut;
    this.#signedOut = code === SIGNED_OUT;
    if (FINAL.has(code) && !ourselves && !renewed) {
      this.line = "ended";
      this.code = code;
      return;
    }
    this.line = "down";
    if (BLAMES_EDITS.has(code) && this.sealed) this.#abandon();
    if (code === TOO_FAST) this.#attempts += 2;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts++);
    this.#retryAt = now + wait * (0.5 + this.random() / 2);
  }

  heard(frame) {
    this.#heardAt = this.now();
    this.#askedAt = null;
    if (this.line !== "up" && frame.t !== "welcome") return;
    try {
      this.#hear[frame.t]?.(frame);
    } catch (error) {
      this.#anew = true; // a change that does not fit: we are not where we think
      this.#drop();
      throw error;
    }
    if (this.inFlight) this.#askedAt = this.now();
    this.#push();
  }

  #hear = {
    welcome: ({ you, may, why = "", peers = [], s = 0, ...place }) => {
      if (this.#upAt !== null) this.noted++; // perhaps, while we were away
      this.line = "up";
      this.inFlight = 0; // a line by posts may be greeted anew
      this.#upAt = this.now();
      this.#signedOut = false;
      this.code = 0;
      Object.assign(this, { you, may, why, refused: null });
      if (typeof place.text === "string") this.#become(place, s);
      else this.#resume(place);
      this.confirmed = s;
      this.peers.begin(peers);
      if (this.#looked) this.#glanceAt = this.now();
      this.#renew();
    },
    edits: ({ v, edits }) => {
      if (v > this.version) return this.#drop(); // a gap: ask again from where we are
      this.#take(edits.slice(this.version - v));
      this.#renew();
    },
    refused: ({ s, code, say }) => {
      this.inFlight = 0;
      if (code !== "malformed") {
        this.refused = { code, say };
      } else if (this.#doubted === s) {
        this.#abandon();
      } else {
        // Perhaps only because an older line of ours brought them first; the next welcome tells.
        this.#doubted = s;
        this.#drop();
      }
    },
    may: ({ may, why = "" }) => {
      Object.assign(this, { may, why });
      if (may === "write") this.refused = null;
    },
    noted: () => this.noted++,
    peers: ({ peers, gone = [] }) => this.peers.change(peers, gone),
    moved: ({ at }) => this.peers.move(at),
    ping: ({ n }) => this.connection.send({ t: "pong", n }),
  };

  #drop() {
    this.connection.close();
    this.closed(0);
  }

  #ask(frame) {
    this.#askedAt ??= this.now();
    this.connection.send(frame);
  }

  get #pushable() {
    const sendable = this.borrowed ? this.sealed : this.text.waiting;
    return (
      this.line === "up" && this.may === "write" && !this.refused && !this.inFlight && sendable > 0
    );
  }

  #push() {
    if (!this.#pushable || this.now() < this.#pushedAt + SPACING) return;
    this.text.regroup(this.sealed);
    const edits = this.text.edits(this.borrowed ? this.sealed : undefined);
    if (!edits.length) return; // what was written was taken back
    this.inFlight = edits.length;
    this.sealed = Math.max(this.sealed, edits.length);
    this.#pushedAt = this.now();
    this.keep();
    this.#ask({
      t: "push",
      v: this.version,
      edits: edits.map((c, at) => ({ s: this.confirmed + 1 + at, c })),
    });
  }

  #glance() {
    if (this.now() < Math.max(this.#glanceAt, this.#glancedAt + GLANCES)) return;
    this.#glancedAt = this.now();
    this.#glanceAt = Number.POSITIVE_INFINITY;
    this.connection.send({ t: "here", v: this.version, ...this.text.selection() });
  }

  /** Marks which of the server's edits are ours coming back, when `waiting` of ours are out. */
  #mark(edits, waiting) {
    let own = 0;
    return edits.map(({ client, s, c }) => {
      const mine = client === this.client && own < waiting && s === this.confirmed + own + 1;
      if (mine) own++;
      return { own: mine, c };
    });
  }

  #take(edits) {
    const marked = this.#mark(edits, this.text.waiting);
    this.lost.push(...this.text.receive(marked));
    this.peers.follow(edits);
    this.version += edits.length;
    this.#recent = [...this.#recent, ...edits.map(({ c }) => c)].slice(-RECENT);
    this.#acknowledge(marked.filter(({ own }) => own).length);
  }

  #acknowledge(n) {
    this.confirmed += n;
    this.inFlight = Math.max(0, this.inFlight - n);
    this.sealed = Math.max(0, this.sealed - n);
  }

  #resume({ v, edits = [] }) {
    const since = v - edits.length;
    const part = (from, to) => edits.slice(Math.max(0, from - since), Math.max(0, to - since));
    if (this.kept) {
      // The page may be older than what was kept, or newer: bring both to the same version.
      this.#take(part(this.version, this.kept.version));
      this.#unpack(part(this.kept.version, this.version));
    }
    this.#take(part(this.version, v));
  }

  #unpack(stored) {
    const { edits, sealed } = this.kept;
    this.kept = null;
    const marked = this.#mark(stored, sealed);
    this.text.insert(rebase(edits, marked));
    this.sealed = sealed;
    this.#acknowledge(marked.filter(({ own }) => own).length);
  }

  #become({ text, v }, s) {
    this.#recent = [];
    const { kept } = this;
    this.kept = null;
    if (kept) this.sealed = kept.sealed;
    const own = Math.min(Math.max(0, s - this.confirmed), this.sealed);
    this.text.become(text, kept ? 0 : own);
    if (kept?.base !== undefined) this.text.insert(bring(kept, own, text));
    else if (kept) {
      this.lost.push(...words(kept.edits)); // where they belong cannot be told any more
      this.sealed = own;
    }
    this.version = v;
    this.#acknowledge(own);
    this.#anew = false;
  }

  /** The server will never take these: go back to what it has, and keep the words. */
  #abandon() {
    this.lost.push(...this.text.forget());
    this.sealed = 0;
  }

  /** Everything kept under the old id has arrived: go on under an id that only this page has. */
  #renew() {
    if (!this.borrowed || this.sealed) return;
    this.borrowed = false;
    this.client = newId();
    this.confirmed = 0;
    this.#downAt = this.now();
    this.connection.close();
    this.start();
  }
}
