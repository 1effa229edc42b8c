import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeSet, EditorState, Text } from "../../static/dist/editor.js";
import { difference, pieces, rebase, SharedText, together } from "../../static/js/live/text.js";

function shared(doc) {
  let state = EditorState.create({ doc, extensions: [together()] });
  const text = new SharedText({
    state: () => state,
    apply: (steps) => {
      state = steps.at(-1).state;
    },
  });
  const write = (from, to, insert) => {
    state = state.update({ changes: { from, to, insert } }).state;
  };
  return { text, write, read: () => state.doc.toString() };
}

test("pieces of a change make what the change makes", () => {
  const doc = Text.of(["one two three"]);
  const changes = ChangeSet.of(
    [
      { from: 0, to: 3, insert: "a🦩b🦩c\nd" },
      { from: 5, to: 6 },
      { from: 13, insert: "!!!!!!!!!!" },
    ],
    doc.length,
  );
  for (const limit of [2, 3, 4, 5, 100]) {
    const parts = pieces(changes, limit);
    const made = parts.reduce((text, part) => part.apply(text), doc);
    assert.equal(made.toString(), changes.apply(doc).toString());
    for (const part of parts) assert.ok(JSON.stringify(part).isWellFormed?.() ?? true);
  }
  assert.equal(pieces(changes, 100).length, 1);
  assert.deepEqual(pieces(ChangeSet.empty(3)), []);
});

test("a difference leads from one text to the other and cuts no letter in half", () => {
  for (const [before, after] of [
    ["", "abc"],
    ["abc", ""],
    ["abc", "abc"],
    ["aXb", "aYYb"],
    ["🦩", "🦢"],
    ["x🦩🦩", "x🦩"],
    ["aa", "aaa"],
    ["one\ntwo", "one\n\ntwo"],
  ]) {
    const changes = difference(before, after);
    assert.equal(changes.apply(Text.of(before.split("\n"))).toString(), after);
    changes.iterChanges((_a, _b, _c, _d, inserted) =>
      assert.ok(inserted.toString().isWellFormed?.() ?? true),
    );
  }
});

test("edits of others are moved over one by one, as the server does", () => {
  // Over both at once the letter would end at the other side.
  const { text, write, read } = shared("c");
  write(0, 0, "x");
  text.receive([
    { own: false, c: [[0, "xyz"], 1] },
    { own: false, c: [2, [2]] },
  ]);
  assert.deepEqual(text.edits(), [[2, [0, "x"]]]);
  assert.equal(read(), "xyx");
});

test("what the server has otherwise than we wrote it is taken, and our words are told", () => {
  const { text, write, read } = shared("ab");
  write(2, 2, " mine");
  write(7, 7, " later");
  const lost = text.receive([{ own: true, c: [2, [0, " theirs"]] }]);
  assert.deepEqual(lost, [" mine"]);
  assert.equal(text.confirmed.toString(), "ab theirs");
  assert.ok(read().startsWith("ab theirs"));
  assert.ok(read().includes(" later"));
  assert.equal(text.waiting, 1);
});

test("a whole text from the server leaves what waits in its place", () => {
  const { text, write, read } = shared("one two three");
  write(0, 3, "ONE");
  write(13, 13, "!");
  text.become("ONE and two three", 1);
  assert.equal(read(), "ONE and two three!");
  assert.equal(text.waiting, 1);
});

test("giving up what waits goes back to the server's text", () => {
  const { text, write, read } = shared("one two");
  write(0, 3, "");
  write(4, 4, " and more");
  assert.deepEqual(text.forget(), [" and more"]);
  assert.equal(read(), "one two");
  assert.equal(text.waiting, 0);
});

test("kept edits are moved over what was stored since, less those that were stored themselves", () => {
  const kept = [
    [3, [0, "d"]],
    [4, [0, "e"]],
  ];
  const stored = [
    { own: false, c: [[0, "-"], 3] },
    { own: true, c: [4, [0, "d"]] },
    { own: false, c: [[1], 4] },
  ];
  assert.deepEqual(
    rebase(kept, stored).map((changes) => changes.toJSON()),
    [[4, [0, "e"]]],
  );
});

test("kept edits keep their order beside what others put at the same place", () => {
  const kept = [
    [3, [0, "d"]],
    [3, [0, "e"], 1],
  ];
  assert.deepEqual(
    rebase(kept, [{ own: false, c: [3, [0, "X"]] }]).map((changes) => changes.toJSON()),
    [
      [4, [0, "d"]],
      [4, [0, "e"], 1],
    ],
  );
});

test("a kept edit that came to nothing keeps its number", () => {
  const { text, read } = shared("abc");
  text.insert([ChangeSet.empty(3), ChangeSet.of({ from: 3, insert: "d" }, 3)]);
  assert.equal(read(), "abcd");
  assert.deepEqual(text.edits(), [[3], [3, [0, "d"]]]);
});

test("nothing is sent of what was written and taken back", () => {
  const { text, write } = shared("ab");
  write(1, 1, "x");
  write(1, 2, "");
  text.regroup(0);
  assert.equal(text.waiting, 0);
});

test("our selection is told in the server's positions", () => {
  const { text, write } = shared("ab");
  write(0, 0, "xyz");
  assert.deepEqual(text.selection(), { a: 0, h: 0 });
  assert.equal(text.toPage()(1), 4);
});
