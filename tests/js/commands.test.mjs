import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorState } from "../../static/dist/editor.js";
import {
  active,
  continueBlock,
  deleteMarker,
  toggleBlock,
  toggleMark,
} from "../../static/js/editor/commands.js";
import { language } from "../../static/js/editor/markdown.js";

/** A state from a text in which ⟨ and ⟩ stand around the selection, or | at the cursor. */
function at(text) {
  const doc = text.replace(/[⟨⟩|]/g, "");
  const start = text.search(/[⟨|]/);
  const end = text.includes("⟩") ? text.indexOf("⟩") - 1 : start;
  return EditorState.create({
    doc,
    selection: { anchor: start, head: end },
    extensions: [language],
  });
}

/** The same the other way round; null when the command had nothing to do. */
function after(state, change) {
  if (!change) return null;
  const next = state.update(change).state;
  const { from, to } = next.selection.main;
  const text = next.doc.toString();
  if (from === to) return `${text.slice(0, from)}|${text.slice(from)}`;
  return `${text.slice(0, from)}⟨${text.slice(from, to)}⟩${text.slice(to)}`;
}

const does = (command, cases) => {
  for (const [before, wanted] of cases) {
    const state = at(before);
    assert.equal(after(state, command(state)), wanted, JSON.stringify(before));
  }
};

test("enter goes on with a list, and ends it on an empty item", () => {
  does(continueBlock, [
    ["- one|", "- one\n- |"],
    ["- one\n- |", "- one\n|"],
    ["- one\n    - two|", "- one\n    - two\n    - |"],
    ["- one\n    - two\n    - |", "- one\n    - two\n|"],
    ["* o|ne", "* o\n* |ne"],
    ["9. one|", "9. one\n10. |"],
    ["1) one|", "1) one\n2) |"],
    ["> said|", "> said\n> |"],
    ["> said\n> |", "> said\n|"],
    ["> - one|", "> - one\n> - |"],
    ["> - one\n> - |", "> - one\n> |"],
    ["one|", null],
    ["|- one", null],
    ["-|", null],
    ["- ⟨one⟩", null],
    ["```\n- one|\n```", null],
    ["# one|", null],
  ]);
});

test("backspace behind the sign of an item takes the sign", () => {
  does(deleteMarker, [
    ["- |one", "|one"],
    ["12. |", "|"],
    ["> - |one", "> |one"],
    ["- o|ne", null],
    ["> |one", null],
  ]);
});

test("lines become headings, lists and quotations, and plain again", () => {
  does(
    (state) => toggleBlock(state, "heading"),
    [
      ["on|e", "## on|e"],
      ["### on|e", "on|e"],
      ["- on|e", "## on|e"],
      ["|", "## |"],
    ],
  );
  does(
    (state) => toggleBlock(state, "bullets"),
    [
      ["⟨one\n\ntwo⟩", "- ⟨one\n\n- two⟩"],
      ["- ⟨one\n- two⟩", "⟨one\ntwo⟩"],
      ["⟨1. one\n- two⟩", "⟨- one\n- two⟩"],
      ["## on|e", "- on|e"],
      ["⟨one\n⟩two", "- ⟨one\n⟩two"],
    ],
  );
  does(
    (state) => toggleBlock(state, "numbers"),
    [
      ["⟨one\ntwo\nthree⟩", "1. ⟨one\n2. two\n3. three⟩"],
      ["    - on|e", "    1. on|e"],
    ],
  );
  does(
    (state) => toggleBlock(state, "quote"),
    [
      ["on|e", "> on|e"],
      ["⟨one\n\ntwo⟩", "> ⟨one\n> \n> two⟩"],
      ["> ⟨one\n>\n> two⟩", "⟨one\n\ntwo⟩"],
    ],
  );
});

test("words become bold or italic, and plain again", () => {
  does(
    (state) => toggleMark(state, "strong"),
    [
      ["a ⟨word⟩ b", "a **⟨word⟩** b"],
      ["a **⟨word⟩** b", "a ⟨word⟩ b"],
      ["a **wo|rd** b", "a wo|rd b"],
      ["a wo|rd b", "a **wo|rd** b"],
      ["a | b", "a **|** b"],
      ["a **|** b", "a | b"],
      ["a **word|** b", "a **word**| b"],
      ["a ⟨word ⟩b", "a **⟨word⟩** b"],
      ["⟨- one\n- two⟩", "- **⟨one**\n- **two⟩**"],
      ["⟨  ⟩", null],
    ],
  );
  does(
    (state) => toggleMark(state, "emphasis"),
    [
      ["a **⟨word⟩** b", "a ***⟨word⟩*** b"],
      ["a _wo|rd_ b", "a wo|rd b"],
      ["**a *wo|rd* b**", "**a wo|rd b**"],
      ["كلمة ⟨أخرى⟩ هنا", "كلمة *⟨أخرى⟩* هنا"],
    ],
  );
});

test("the toolbar shows where the cursor stands", () => {
  const pressed = (text) =>
    Object.entries(active(at(text)))
      .filter(([, is]) => is)
      .map(([name]) => name);
  assert.deepEqual(pressed("## on|e"), ["heading"]);
  assert.deepEqual(pressed("> - **on|e**"), ["bullets", "quote", "strong"]);
  assert.deepEqual(pressed("1. *on|e*"), ["numbers", "emphasis"]);
  assert.deepEqual(pressed("on|e"), []);
});
