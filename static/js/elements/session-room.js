/**
 * The room of a session: <session-room data-socket="/ws/sessions/7/">. The socket only says that something changed and
 * what time it is at the server; what is so is read from the page again. Buttons send their form and show the answer.
 */

/** Minutes and seconds, as a clock shows them; past its time it counts on below none. */
export function clock(seconds) {
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(Math.abs(whole) / 60), Math.abs(whole) % 60];
  return `${whole < 0 ? "−" : ""}${minutes}:${String(rest).padStart(2, "0")}`;
}

/** What time it is at the server: its word, and how long ago it came by a clock that nobody sets. */
export class ServerClock {
  constructor(steady = () => performance.now() / 1000) {
    this.steady = steady;
  }

  hear(now) {
    this.ahead = now - this.steady();
  }

  get now() {
    return this.steady() + this.ahead;
  }
}

const HERE_EVERY = 20_000;
const LATER = [1000, 2000, 5000, 10_000, 20_000];

if (globalThis.customElements) {
  customElements.define(
    "session-room",
    class extends HTMLElement {
      connectedCallback() {
        this.time = new ServerClock();
        this.tries = 0;
        this.sending = new Set();
        this.turn = Promise.resolve();
        this.adopt();
        this.addEventListener("submit", this);
        this.ticking = setInterval(() => this.tick(), 500);
        this.being = setInterval(() => this.isHere(), HERE_EVERY);
        this.seen = () => document.hidden || this.look();
        document.addEventListener("visibilitychange", this.seen);
        this.open();
      }

      disconnectedCallback() {
        clearInterval(this.ticking);
        clearInterval(this.being);
        clearTimeout(this.again);
        document.removeEventListener("visibilitychange", this.seen);
        this.gone = true;
        this.socket?.close();
      }

      get part() {
        return this.querySelector("[data-part=room]");
      }

      open() {
        const scheme = location.protocol === "https:" ? "wss:" : "ws:";
        this.socket = new WebSocket(`${scheme}//${location.host}${this.dataset.socket}`);
        this.socket.addEventListener("open", () => {
          this.tries = 0;
          this.say("");
          this.isHere();
          this.look();
        });
        this.socket.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
        this.socket.addEventListener("close", (event) => this.closed(event.code));
      }

      /** Whoever may not be here any more is told by the page itself. */
      closed(code) {
        if (this.gone) return;
        if (code === 4401 || code === 4403 || code === 4404) {
          location.reload();
          return;
        }
        this.say(this.dataset.lost);
        const wait = LATER[Math.min(this.tries++, LATER.length - 1)];
        this.again = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
      }

      isHere() {
        if (this.socket?.readyState === WebSocket.OPEN) this.socket.send('{"t":"here"}');
      }

      hear({ now, pulse }) {
        this.time.hear(now);
        if (pulse !== Number(this.part.dataset.pulse)) this.look();
      }

      /** Read the room again; once more if it changed meanwhile. */
      async look() {
        if (this.looking) {
          this.lookAgain = true;
          return;
        }
        this.looking = true;
        try {
          await this.show(await fetch(location.pathname, { headers: { "X-Part": "1" } }));
        } catch {
          this.say(this.dataset.lost);
        }
        this.looking = false;
        if (this.lookAgain) {
          this.lookAgain = false;
          this.look();
        }
      }

      async show(reply) {
        if (!reply.headers.get("X-Part")) {
          location.reload(); // no longer a room, or no longer for us
          return;
        }
        const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
        const focused = this.contains(document.activeElement) && document.activeElement.id;
        this.part.replaceWith(fresh.querySelector("[data-part=room]"));
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
        this.say("");
        this.adopt();
      }

      adopt() {
        this.time.hear(Number(this.part.dataset.now));
        this.tick();
      }

      tick() {
        const shown = this.querySelector("[data-part=clock][data-until]");
        if (shown) shown.textContent = clock(Number(shown.dataset.until) - this.time.now);
      }

      /** A button was pressed. One thing after the other; what is on its way is not sent twice. */
      handleEvent(event) {
        const { target: form, submitter } = event;
        event.preventDefault();
        const body = new URLSearchParams(new FormData(form, submitter));
        const said = `${body}`;
        if (this.sending.has(said)) return;
        this.sending.add(said);
        this.turn = this.turn.then(async () => {
          try {
            await this.show(
              await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" } }),
            );
          } catch {
            this.say(this.dataset.lost);
          }
          this.sending.delete(said);
        });
      }

      say(words) {
        this.words ??= Object.assign(document.createElement("p"), { role: "status" });
        this.words.textContent = words;
        if (!this.words.isConnected) this.prepend(this.words);
      }
    },
  );
}
