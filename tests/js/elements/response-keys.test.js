import assert from "node:assert/strict";
import { test } from "node:test";
import { isOurs, letterOf, neighbour } from "../../../static/js/elements/response-keys.js";

const press = (key, more = {}) => ({ key, target: { closest: () => null }, ...more });

test("a bare letter outside a field is ours", () => {
  assert.equal(isOurs(press("a")), true);
});

test("a shortcut of the browser, a named key and someone writing are not", () => {
  assert.equal(isOurs(press("a", { ctrlKey: true })), false);
  assert.equal(isOurs(press("Enter")), false);
  assert.equal(isOurs(press("a", { target: { closest: () => ({}) } })), false);
});

test("a key answers by its letter, and on an Arabic keyboard by the Latin letter printed there too", () => {
  assert.equal(letterOf(press("A", { code: "KeyQ" })), "a");
  assert.equal(letterOf(press("ش", { code: "KeyA" })), "a");
  assert.equal(letterOf(press("7", { code: "Digit7" })), "7");
});

test("J goes on, K goes back, and both stop at the ends", () => {
  const items = ["one", "two", "three"];
  assert.equal(neighbour(items, "one", "j"), "two");
  assert.equal(neighbour(items, "two", "k"), "one");
  assert.equal(neighbour(items, "three", "j"), "three");
  assert.equal(neighbour(items, "one", "k"), "one");
});
