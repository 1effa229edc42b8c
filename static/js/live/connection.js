/**
 * One WebSocket at a time. Any other way to the server needs the same: `open`, `send` and `close`, and to tell `hears`
 * what became of the line it opened last, and of no earlier one.
 */
export class Connection {
  #socket = null;

  constructor(url, hears) {
    this.url = url;
    this.hears = hears;
  }

  open() {
    const socket = new WebSocket(this.url);
    const ours = (act) => (event) => {
      if (this.#socket === socket) act(event);
    };
    socket.onopen = ours(() => this.hears.opened());
    socket.onmessage = ours(({ data }) => this.hears.heard(JSON.parse(data)));
    socket.onclose = ours(({ code }) => {
      this.#socket = null;
      this.hears.closed(code);
    });
    this.#socket = socket;
  }

  send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  close() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
