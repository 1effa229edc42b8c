import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Connection } from "../../static/js/live/connection.js";
import { PostLine } from "../../static/js/live/posts.js";

/** Everything that was asked to happen by now has happened. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A line by posts whose server answers when the test says so. */
function posting() {
  const posts = [];
  const heard = [];
  const send = (_url, said, { signal } = {}) =>
    new Promise((answer, fail) => {
      signal?.addEventListener("abort", () => fail(signal.reason));
      posts.push({ said, answer, fail });
    });
  const line = new PostLine(
    "/ws/drafts/1/",
    {
      opened: () => heard.push("opened"),
      heard: (frame) => heard.push(frame),
      closed: (code) => heard.push(code),
    },
    send,
  );
  const answer = async (at, answer) => {
    posts[at].answer({ status: 200, line: "A", n: 1, frames: [], ...answer });
    await settle();
  };
  return { line, posts, heard, answer };
}

const HELLO = { t: "hello", client: "c", v: 3 };
const WELCOME = { t: "welcome", v: 4 };
const EDITS = { t: "edits", v: 4, edits: [{}, {}] };

test("what is said goes up at once, while another post waits for what comes down", async () => {
  const { line, posts, heard, answer } = posting();
  await settle();
  line.send(HELLO);
  await answer(0, { frames: [WELCOME] });
  line.send({ t: "push" });
  line.send({ t: "here" });
  assert.deepEqual(
    posts.map(({ said }) => said.frames),
    [[], [], ['{"t":"push"}']],
  );
  await answer(1, {});
  await answer(2, { n: 2, frames: [EDITS] });
  assert.deepEqual(posts[3].said.frames, ['{"t":"here"}']);
  await answer(3, { n: 3 });

  assert.deepEqual(heard, ["opened", WELCOME, EDITS]);
  assert.deepEqual(posts[4].said, {
    hello: '{"t":"hello","client":"c","v":6}',
    line: "A",
    got: 2,
    frames: [],
  });
});

test("what two answers bring is heard once and in order", async () => {
  const { line, heard, answer } = posting();
  line.send(HELLO);
  await answer(0, { frames: [WELCOME] });
  line.send({ t: "push" });
  await answer(2, { n: 2, frames: [EDITS, { t: "may" }] });
  await answer(1, { n: 2, frames: [EDITS] });

  assert.deepEqual(heard.slice(1), [WELCOME, EDITS, { t: "may" }]);
});

test("another process greets anew from where the page is, and what the old line says is not heard", async () => {
  const { line, posts, heard, answer } = posting();
  line.send(HELLO);
  await answer(0, { frames: [WELCOME] });
  line.send({ t: "push" });
  await answer(2, { line: "B", frames: [{ t: "welcome", v: 9 }] });
  await answer(1, { n: 2, frames: [EDITS] });

  assert.deepEqual(heard.slice(1), [WELCOME, { t: "welcome", v: 9 }]);
  assert.equal(posts.at(-1).said.line, "B");
  assert.equal(JSON.parse(posts.at(-1).said.hello).v, 9);
});

test("a refusal has the code of a socket, and no network none", async () => {
  const one = posting();
  one.line.send(HELLO);
  one.posts[0].answer({ status: 404, code: 4404 });
  const other = posting();
  other.line.send(HELLO);
  other.posts[0].fail(new TypeError());
  await settle();

  assert.deepEqual([one.heard.at(-1), other.heard.at(-1)], [4404, 1006]);
});

test("who leaves says so, and hears no more", async () => {
  const { line, posts, heard, answer } = posting();
  line.send(HELLO);
  await answer(0, { frames: [WELCOME] });
  line.close();
  await answer(1, { n: 2, frames: [EDITS] });

  assert.equal(posts[2].said.leaves, true);
  assert.deepEqual(heard.slice(1), [WELCOME]);
});

// --- which of them it is

/** A way to the server; `sockets` says what becomes of a socket: "fine", "refused" or "hangs". */
function way(sockets, notes = {}) {
  const opened = [];
  const closed = [];
  const state = { sockets, posts: "fine" };
  const kind = (name, fate) =>
    class {
      constructor(_url, hears) {
        opened.push(name);
        this.hears = hears;
        if (fate() === "refused") setTimeout(() => hears.closed(1006), 10);
        if (fate() === "fine") setTimeout(() => hears.opened(), 10);
      }
      send() {
        this.hears.heard({ t: "welcome" });
      }
      close() {}
    };
  const connection = new Connection(
    "/ws/",
    {
      opened: () => connection.send({ t: "hello" }),
      heard: () => {},
      closed: (code) => {
        closed.push(code);
        setTimeout(() => connection.open(), 300);
      },
    },
    notes,
    {
      SocketLine: kind("socket", () => state.sockets),
      PostLine: kind("posts", () => state.posts),
    },
  );
  connection.open();
  return { opened, closed, state, connection };
}

const timed = (name, body) =>
  test(name, () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1e12 });
    try {
      body((time) => {
        for (let passed = 0; passed < time; passed += 100) mock.timers.tick(100);
      });
    } finally {
      mock.timers.reset();
    }
  });

timed("where sockets are refused, posts take over, and the next page begins with them", (pass) => {
  const notes = {};
  const { opened } = way("refused", notes);
  pass(2000);
  assert.deepEqual(opened, ["socket", "socket", "posts"]);
  assert.deepEqual(way("refused", notes).opened, ["posts"]);
});

timed("a socket that hangs is not waited for twice", (pass) => {
  const { opened } = way("hangs");
  pass(7000);
  assert.deepEqual(opened, ["socket", "posts"]);
});

timed("now and then a socket is tried beside, and taken where it opens", (pass) => {
  const { opened, closed, state } = way("refused", {});
  pass(60_000);
  assert.deepEqual(opened, ["socket", "socket", "posts", "socket", "socket"]);
  state.sockets = "fine";
  pass(70_000);
  assert.deepEqual(opened.slice(5), ["socket", "socket"]);
  assert.deepEqual(closed, [1006, 1006, 1012]);
  pass(700_000);
  assert.equal(opened.length, 7);
});

timed("a server that restarts is not taken for one without sockets", (pass) => {
  const { opened, state, connection } = way("fine");
  pass(1000);
  state.sockets = state.posts = "refused";
  connection.close();
  connection.open();
  pass(800);
  state.sockets = "fine";
  pass(1000);
  assert.deepEqual(new Set(opened), new Set(["socket"]));
});

timed("where nothing answers, both are tried in turn", (pass) => {
  const { opened, state } = way("refused");
  state.posts = "refused";
  pass(2500);
  assert.deepEqual(opened.slice(0, 7), [
    "socket",
    "socket",
    "posts",
    "socket",
    "posts",
    "socket",
    "posts",
  ]);
});
