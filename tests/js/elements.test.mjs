import assert from "node:assert/strict";
import { test } from "node:test";

import { current, isAnswer } from "../../static/js/elements/response-keys.js";
import { other } from "../../static/js/elements/theme-switch.js";

test("asking for the other theme keeps it for a year", () => {
  assert.deepEqual(other("light", "light"), {
    next: "dark",
    cookie: "theme=dark; max-age=31536000",
  });
});

test("coming back to what the system shows keeps nothing", () => {
  assert.deepEqual(other("dark", "light"), { next: "light", cookie: "theme=; max-age=0" });
  assert.deepEqual(other("light", "dark"), { next: "dark", cookie: "theme=; max-age=0" });
});

const press = (key, more = {}) => ({ key, target: { closest: () => null }, ...more });

test("a letter answers, a shortcut or a letter typed into a field does not", () => {
  assert.equal(isAnswer(press("a")), true);
  assert.equal(isAnswer(press("a", { ctrlKey: true })), false);
  assert.equal(isAnswer(press("a", { metaKey: true })), false);
  assert.equal(isAnswer(press("Enter")), false);
  assert.equal(isAnswer(press("a", { target: { closest: () => ({}) } })), false);
});

test("the key goes to the assumption with the focus, else to the first one in sight", () => {
  const item = (bottom, focused) => ({
    contains: () => focused,
    getBoundingClientRect: () => ({ bottom }),
  });
  globalThis.window = { innerHeight: 900 };
  const past = item(-20, false);
  const inSight = item(500, false);
  const focused = item(1200, true);

  assert.equal(current([past, inSight, focused], null), focused);
  assert.equal(current([past, inSight], null), inSight);
  assert.equal(current([past], null), undefined);
});
