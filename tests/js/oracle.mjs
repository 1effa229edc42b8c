// The word of @codemirror/state, for tests/scenarios/live/test_codemirror.py.
// A line of JSON in ({"seed", "count"}), a line of JSON out: random cases with CodeMirror's answers.
import { createInterface } from "node:readline";
import { ChangeSet, Text } from "@codemirror/state";
import { dice, whole, words } from "./dice.js";

function change(roll, text) {
  const from = whole(text, roll(text.length + 1));
  const to = whole(text, Math.min(text.length, from + Math.max(0, roll(8) - 2)));
  return { from, to, insert: roll(4) === 0 ? "" : words(roll, 2) };
}

function changeSet(roll, doc) {
  const text = doc.toString();
  let set = ChangeSet.of(
    Array.from({ length: roll(4) }, () => change(roll, text)),
    doc.length,
  );
  while (roll(3) === 0) {
    const next = set.apply(doc);
    set = set.compose(ChangeSet.of(change(roll, next.toString()), next.length));
  }
  return set;
}

function algebra(roll) {
  const doc = Text.of(words(roll, 12).split(/\r\n?|\n/));
  const [a, b] = [changeSet(roll, doc), changeSet(roll, doc)];
  const after = a.apply(doc);
  const c = changeSet(roll, after);
  const positions = Array.from({ length: doc.length + 1 }, (_, at) => [
    a.mapPos(at, -1),
    a.mapPos(at, 1),
  ]);
  return {
    doc: doc.toString(),
    a,
    b,
    c,
    applied: after.toString(),
    map: b.map(a),
    mapBefore: a.map(b, true),
    mapAgain: b.map(a).map(c),
    compose: a.compose(c),
    invert: a.invert(doc),
    positions,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { seed, count } = JSON.parse(line);
  const roll = dice(seed);
  process.stdout.write(`${JSON.stringify(Array.from({ length: count }, () => algebra(roll)))}\n`);
}
