// A WebSocket that comes back when it is cut, until it is closed.
import { WebSocket } from "ws";

const FINAL = new Set([4400, 4401, 4403, 4404, 4409, 4413]);

export class Line {
  up = false;
  received = 0;
  #closed = false;

  constructor(url, headers, hears) {
    Object.assign(this, { url, headers, hears });
    this.ready = new Promise((resolve) => {
      this.isReady = () => {
        this.up = true;
        resolve();
      };
    });
    this.#open();
  }

  #open() {
    const socket = new WebSocket(this.url, { headers: this.headers, perMessageDeflate: false });
    this.socket = socket;
    socket.on("open", () => this.hears.opened());
    socket.on("message", (data) => {
      this.received++;
      if (this.socket === socket && !this.#closed) this.hears.heard(data);
    });
    socket.on("close", (code) => {
      this.up = false;
      if (this.#closed) return;
      Line.lost[code] = (Line.lost[code] ?? 0) + 1;
      if (FINAL.has(code)) throw new Error(`${this.url} was closed with ${code}`);
      setTimeout(() => this.#open(), 200 + Math.random() * 300);
    });
    socket.on("error", () => {});
  }

  get bytes() {
    return this.socket._socket.bytesRead;
  }

  send(frame) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(frame instanceof Uint8Array ? frame : JSON.stringify(frame));
  }

  close() {
    this.#closed = true;
    this.socket.close();
  }
}

/** How many lines were cut, by close code. */
Line.lost = {};
