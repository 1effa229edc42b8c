/**
 * A line by posts, where no socket comes through: what we say goes up with a post, and another one waits for what comes
 * down. scenarios/exchanges.py is its other end.
 */
const ANSWERED = 30_000; // the server holds a post for twenty seconds
const A_POST = 100_000; // characters; the server takes 160 kB
const FRAMES = 40;
const LATE = "late";

/** From the cookie, since signing in anew renews it. */
const token = () => /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";

/** The status of the answer, and what is in it. */
async function post(url, said, { signal, keepalive = false } = {}) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(said),
    cache: "no-store",
    redirect: "error",
    keepalive,
    signal,
  });
  return { ...(await answer.json()), status: answer.status };
}

export class PostLine {
  #hello = null;
  #version = null; // of the page, once it has heard all that came down
  #line = ""; // as the server calls it
  #got = 0; // frames of it
  #waiting = [];
  #saying = false;
  #listening = null;
  #ended = false;

  /** `send` is for tests. */
  constructor(url, hears, send = post) {
    Object.assign(this, { url, hears, post: send });
    queueMicrotask(() => this.#ended || hears.opened());
  }

  send(frame) {
    if (this.#ended) return;
    if (frame.t === "hello") {
      this.#hello = frame;
      this.#version = frame.v;
    } else this.#waiting.push(JSON.stringify(frame));
    if (!this.#saying) this.#say();
  }

  close() {
    if (this.#ended) return;
    this.#end();
    if (!this.#line) return;
    // Without it we would seem to be here for a while; but nobody waits for it.
    this.post(this.url, { ...this.#about(), leaves: true }, { keepalive: true }).catch(() => {});
  }

  #end() {
    this.#ended = true;
    this.#listening?.abort();
  }

  /** What a server that does not know this line needs, to open another. */
  #about() {
    const hello = JSON.stringify({ ...this.#hello, v: this.#version });
    return { hello, line: this.#line, got: this.#got };
  }

  /** One after the other. The server then lets go the post that waits. */
  async #say() {
    this.#saying = true;
    await this.#exchange(this.#line ? this.#load() : []);
    this.#saying = false;
    this.#next();
  }

  async #listen() {
    this.#listening?.abort();
    const ours = new AbortController();
    this.#listening = ours;
    await this.#exchange([], ours);
    if (this.#listening !== ours) return;
    this.#listening = null;
    if (!this.#saying) this.#next();
  }

  #next() {
    if (this.#ended) return;
    if (this.#waiting.length) this.#say();
    else this.#listen();
  }

  #load() {
    let room = A_POST;
    let count = 0;
    while (count < Math.min(this.#waiting.length, FRAMES)) {
      room -= this.#waiting[count].length;
      if (room < 0 && count) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #exchange(frames, ours = new AbortController()) {
    const asked = this.#line;
    const late = setTimeout(() => ours.abort(LATE), ANSWERED);
    let answer = {};
    try {
      answer = await this.post(this.url, { ...this.#about(), frames }, { signal: ours.signal });
    } catch {
      // No network, or an answer that was not the server's.
    }
    clearTimeout(late);
    if (this.#ended || this.#line !== asked) return;
    if (ours.signal.aborted && ours.signal.reason !== LATE) return; // a newer one waits
    if (answer.status === 200) this.#hear(answer);
    else {
      this.#end();
      this.hears.closed(answer.code ?? 1006);
    }
  }

  #hear({ line, n, frames }) {
    if (line !== this.#line) {
      this.#line = line;
      this.#got = 0;
    }
    // Two posts may have been answered at once, with the same frames in both.
    for (const frame of frames.slice(Math.max(0, this.#got + 1 - n))) {
      if (this.#ended) return;
      this.#got++;
      if (frame.t === "welcome") this.#version = frame.v;
      else if (frame.t === "edits") this.#version = frame.v + frame.edits.length;
      this.hears.heard(frame);
    }
  }
}
