import assert from "node:assert/strict";
import { test } from "node:test";

import { other } from "../../../static/js/elements/theme-switch.js";

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
