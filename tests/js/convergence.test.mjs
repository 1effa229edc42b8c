/** Whatever the network does and however often pages are loaded again, all end with the server's text, and every letter once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { live } from "./lives.js";

const RUNS = Number(process.env.RUNS ?? 200);
const FIRST = Number(process.env.SEED ?? 1);
test("all end with the same text", () => {
  for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
    const { world, people } = live(seed);
    const text = world.authority.text.toString();
    for (const person of people) {
      assert.equal(person.text, text, `seed ${seed}`);
      assert.equal(person.session.text.confirmed.toString(), text, `seed ${seed}`);
      assert.equal(person.session.status.state, "saved", `seed ${seed}`);
      assert.deepEqual(person.session.lost, [], `seed ${seed}`);
    }
  }
});

test("every mark is there exactly once", () => {
  for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
    const { world, people, written } = live(seed, { erase: false });
    for (const person of people) assert.deepEqual(person.session.lost, [], `seed ${seed}`);
    const marks = [...world.authority.text.toString()].filter(
      (letter) => letter >= "\ue000" && letter < "\uf8ff",
    );
    assert.deepEqual(marks.sort(), written, `seed ${seed}`);
    for (const person of people)
      assert.equal(person.text, world.authority.text.toString(), `seed ${seed}`);
  }
});
