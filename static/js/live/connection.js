/**
 * The way to the server: a WebSocket, or posts where none comes through. Whoever opens it need not know which: `hears` is
 * told what became of the line opened last, and of no earlier one.
 */
import { PostLine } from "./posts.js";

const OPENS_WITHIN = 5000;
const BLOCKED = 2; // sockets in a row that brought nothing
const BLOCKED_NOW = 4; // where one did before, the server may only be restarting
const FIRST_LOOK = 15_000; // after which we see whether a socket comes through by now
const LAST_LOOK = 600_000;
const NOTED = "flamingo.posts";

class SocketLine {
  constructor(url, hears) {
    this.socket = new WebSocket(url);
    this.socket.onopen = () => hears.opened();
    this.socket.onmessage = ({ data }) => hears.heard(JSON.parse(data));
    this.socket.onclose = ({ code }) => hears.closed(code);
  }

  send(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  close() {
    this.socket.close();
  }
}

export class Connection {
  #line = null;
  #posts = false; // what the line is
  #heard = false; // something came over it
  #failed = 0; // sockets in a row that brought nothing
  #everHeard = false; // a socket, on this page
  #opening = 0;
  #looking = 0;
  #look = FIRST_LOOK;

  /** `notes` remembers for the next page what this one found out. */
  constructor(url, hears, notes, lines = { SocketLine, PostLine }) {
    Object.assign(this, { url, hears, notes, lines });
    if (Number(notes[NOTED]) > Date.now() - LAST_LOOK) this.#failed = BLOCKED;
  }

  open() {
    this.#posts = this.#failed >= (this.#everHeard ? BLOCKED_NOW : BLOCKED);
    this.#heard = false;
    const Line = this.#posts ? this.lines.PostLine : this.lines.SocketLine;
    const ours = (act) => (told) => {
      if (this.#line === line) act(told);
    };
    const line = new Line(this.url, {
      opened: ours(() => {
        clearTimeout(this.#opening);
        this.hears.opened();
      }),
      heard: ours((frame) => {
        this.#found();
        this.hears.heard(frame);
      }),
      closed: ours((code) => this.#closed(code)),
    });
    this.#line = line;
    if (!this.#posts) this.#opening = setTimeout(() => this.#hangs(), OPENS_WITHIN);
  }

  send(frame) {
    this.#line?.send(frame);
  }

  /** Without an answer to what was asked, as far as this line is concerned. */
  close() {
    if (this.#line && !this.#heard) this.#count(BLOCKED);
    this.#leave();
  }

  /** The page goes, perhaps for good. A socket goes with it by itself. */
  away() {
    if (!this.#posts || !this.#line) return;
    this.#leave();
    this.hears.closed(1001);
  }

  #leave() {
    clearTimeout(this.#opening);
    clearTimeout(this.#looking);
    const line = this.#line;
    this.#line = null;
    line?.close();
  }

  /** The line brings something. */
  #found() {
    if (this.#heard) return;
    this.#heard = true;
    if (this.#posts) {
      this.notes[NOTED] = Date.now();
      this.#lookAgain();
    } else {
      this.#everHeard = true;
      this.#failed = 0;
      this.#look = FIRST_LOOK;
      delete this.notes[NOTED];
    }
  }

  #hangs() {
    this.#count(BLOCKED);
    this.#leave();
    this.hears.closed(1006);
  }

  #closed(code) {
    // A code of our server's came through, if nothing else did.
    if (!this.#heard && !(code >= 4000)) this.#count(1);
    clearTimeout(this.#opening);
    clearTimeout(this.#looking);
    this.#line = null;
    this.hears.closed(code);
  }

  #count(times) {
    if (globalThis.navigator?.onLine === false) return;
    if (this.#posts)
      this.#failed = (this.#everHeard ? BLOCKED_NOW : BLOCKED) - 1; // a socket, for once
    else this.#failed += times;
  }

  /** Beside the line that works: a socket that opens takes its place, one that does not is not missed. */
  #lookAgain() {
    this.#looking = setTimeout(() => {
      const line = this.#line;
      const probe = new this.lines.SocketLine(this.url, {
        opened: () => {
          probe.close();
          if (this.#line !== line) return;
          this.#failed = 0;
          this.#leave();
          this.hears.closed(1012);
        },
        heard: () => {},
        closed: () => {
          if (this.#line === line) this.#lookAgain();
        },
      });
    }, this.#look);
    this.#look = Math.min(LAST_LOOK, this.#look * 2);
  }
}
