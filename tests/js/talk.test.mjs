import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeSet, EditorState } from "../../static/dist/editor.js";
import { follow } from "../../static/js/editor/talk.js";
import { Session } from "../../static/js/live/session.js";
import { SharedText, together } from "../../static/js/live/text.js";

test("a range follows its words as it does on the server", () => {
  const range = { id: "7", from: 3, to: 7 };
  const cases = [
    [
      { from: 3, insert: "so " },
      { id: "7", from: 6, to: 10 },
    ],
    [{ from: 7, insert: " so" }, range],
    [
      { from: 0, to: 5 },
      { id: "7", from: 0, to: 2 },
    ],
    [{ from: 3, to: 7 }, null],
    [{ from: 2, to: 8, insert: "nothing" }, null],
    [
      { from: 3, to: 7, insert: "others" },
      { id: "7", from: 3, to: 9 },
    ],
  ];
  for (const [change, expected] of cases) {
    assert.deepEqual(follow(range, ChangeSet.of(change, 10)), expected);
  }
});

test("a session knows how the text came here from a moment ago", () => {
  let state = EditorState.create({ doc: "", extensions: [together()] });
  const text = new SharedText({
    state: () => state,
    apply: (steps) => {
      for (const step of steps) ({ state } = step);
    },
  });
  const connection = { open() {}, send() {}, close() {} };
  const session = new Session({ text, connection, version: 4, keep() {}, now: () => 0 });
  session.start();
  session.opened();
  session.heard({ t: "welcome", v: 4, may: "write", edits: [], you: { id: 1 } });
  session.heard({ t: "edits", v: 4, edits: [{ client: "them", s: 1, seat: 2, c: [[0, "a"]] }] });
  session.heard({ t: "edits", v: 5, edits: [{ client: "them", s: 2, seat: 2, c: [1, [0, "b"]] }] });
  session.heard({ t: "noted" });

  assert.deepEqual(session.since(6), []);
  assert.deepEqual(session.since(5), [[1, [0, "b"]]]);
  assert.equal(session.since(4).length, 2);
  assert.equal(session.since(3), null);
  assert.equal(session.since(7), null);
  assert.equal(session.noted, 1);
});
