import assert from "node:assert/strict";
import { test } from "node:test";
import { asked } from "../../../static/js/elements/moderation-keys.js";

const parts = { next: "next", previous: "previous", publish: "publish", sendBack: "return" };

test("j and k move, p publishes", () => {
  assert.deepEqual(
    ["j", "k", "p"].map((key) => asked(key, parts)),
    ["next", "previous", "publish"],
  );
});

test("r asks for the reason first, and returns once there is one", () => {
  const empty = { value: "" };
  assert.equal(asked("r", { ...parts, reason: empty }), empty);
  assert.equal(asked("r", { ...parts, reason: { value: "attack" } }), "return");
});

test("where there is nothing to press, nothing is pressed", () => {
  assert.equal(asked("p", {}), null);
  assert.equal(asked("r", {}), null);
  assert.equal(asked("x", parts), null);
});
