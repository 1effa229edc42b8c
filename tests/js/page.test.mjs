import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorState } from "../../static/dist/editor.js";
import { direction } from "../../static/js/editor/direction.js";
import { language, shapes } from "../../static/js/editor/markdown.js";
import { countWords, current, headings } from "../../static/js/editor/outline.js";
import { sentence } from "../../static/js/editor/status.js";
import { nextStop } from "../../static/js/editor/toolbar.js";
import { Kept } from "../../static/js/live/kept.js";

const stateOf = (doc) => EditorState.create({ doc, extensions: [language] });

test("a line runs as its first letter does, and one without letters as the one before", () => {
  assert.equal(direction("1994 Once"), "ltr");
  assert.equal(direction("- **مرة** once"), "rtl");
  assert.equal(direction("שלום"), "rtl");
  assert.equal(direction("Привет"), "ltr");
  assert.equal(direction("- ", "rtl"), "rtl");
  assert.equal(direction("1994"), null);
});

test("the outline has every heading that has words", () => {
  const all = headings(
    stateOf("# One *day* #\n\ntext\n\n##\n\n### سنة\n\n```\n# no\n```\n\n> ## said\n\nnot\n---\n"),
  );
  assert.deepEqual(all, [
    { level: 1, text: "One day", from: 0 },
    { level: 3, text: "سنة", from: 25 },
    { level: 2, text: "said", from: 50 },
  ]);
  assert.equal(current(all, 30), 1);
  assert.equal(current([], 3), -1);
});

test("words are counted in every script", () => {
  assert.equal(countWords(""), 0);
  assert.equal(countWords("It's 1994 — they don't know."), 5);
  assert.equal(countWords("قالَتِ المرأة: نعم"), 3);
});

test("lines carry the looks of what they are", () => {
  const doc = "# One\n\n- a\n    - b\n\n> said";
  const { classes, signs } = shapes(stateOf(doc), 0, doc.length);
  assert.deepEqual(Object.fromEntries(classes), {
    0: ["md-h1"],
    7: ["md-item-1"],
    11: ["md-item-1", "md-item-2"],
    20: ["md-quote"],
  });
  assert.deepEqual(signs, [
    { from: 7, to: 9 },
    { from: 11, to: 17 },
  ]);
});

test("HTML is text", () => {
  const doc = "<b>one</b>\n\n<div>\n# two\n</div>";
  assert.equal(headings(stateOf(doc)).length, 1);
});

test("the status is said in the page's own words", () => {
  const words = {
    saved: "Saved",
    offline: "Offline. All is saved.",
    waiting: "Offline. Waiting: {n}.",
    unsaved: "Not saved. {why}",
    "closed-4401": "You are signed out.",
  };
  assert.equal(sentence({ state: "saved", n: 0 }, words, "en"), "Saved");
  assert.equal(sentence({ state: "offline", n: 0 }, words, "en"), "Offline. All is saved.");
  assert.equal(sentence({ state: "offline", n: 1234 }, words, "en"), "Offline. Waiting: 1,234.");
  assert.equal(
    sentence({ state: "unsaved", why: "It is closed.", n: 1 }, words, "en"),
    "Not saved. It is closed.",
  );
  assert.equal(
    sentence({ state: "unsaved", code: 4401, n: 1 }, words, "en"),
    "Not saved. You are signed out.",
  );
});

test("the arrows go round the toolbar as the page runs", () => {
  assert.equal(nextStop("ArrowRight", 0, 8, false), 1);
  assert.equal(nextStop("ArrowRight", 0, 8, true), 7);
  assert.equal(nextStop("ArrowLeft", 0, 8, true), 1);
  assert.equal(nextStop("End", 0, 8, false), 7);
  assert.equal(nextStop("a", 0, 8, false), null);
});

test("what is kept is one seat's, and the next one in this tab finds nothing of it", () => {
  const storage = Object.create({
    getItem(key) {
      return this[key] ?? null;
    },
    setItem(key, value) {
      this[key] = value;
    },
    removeItem(key) {
      delete this[key];
    },
  });
  new Kept(storage, "3", "12").write({ edits: [] });
  new Kept(storage, "4", "12").write({ edits: [1] });
  assert.deepEqual(new Kept(storage, "3", "12").read(), { edits: [] });
  assert.equal(new Kept(storage, "3", "1").read(), null);
  assert.deepEqual(Object.keys(storage), []);
});
