import assert from "node:assert/strict";
import { test } from "node:test";
import { groupFor, numberOf } from "../../../static/js/elements/rating-keys.js";
import { step } from "../../../static/js/elements/seed-sorter.js";

const group = (held, answered) => ({
  contains: (element) => element === held,
  querySelector: () => (answered ? {} : null),
});

test("a digit is its value, 0 is ten, and shortcuts are the browser's", () => {
  assert.equal(numberOf({ key: "7" }), "7");
  assert.equal(numberOf({ key: "0" }), "10");
  assert.equal(numberOf({ key: "7", ctrlKey: true }), "");
  assert.equal(numberOf({ key: "x" }), "");
});

test("a digit is for the question with the focus, or else for the first without an answer", () => {
  const [first, second] = [group("a", true), group("b", false)];
  assert.equal(groupFor([first, second], "a"), first);
  assert.equal(groupFor([first, second], "elsewhere"), second);
});

test("a seed stops at the first and at the last cluster", () => {
  assert.equal(step(0, -1, 3), 0);
  assert.equal(step(1, 1, 3), 2);
  assert.equal(step(2, 1, 3), 2);
});
