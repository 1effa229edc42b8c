/** Whole lives of a draft, for the tests: everything that pages do, under a clock of its own. */
import { World } from "./world.js";

const LETTERS = ["a", "b ", "سلام ", "🦩", "e\u0301", "\n", "one\ntwo\n"];

/** Some people writing, deleting, losing their line and reloading, each in their own time. */
export function live(seed, { erase = true } = {}) {
  const gathering = seed % 2 ? 0 : 200;
  const text = "Once there was\na bird.\n";
  const world = new World({ text, seed, gather: () => gathering });
  const { upTo } = world.dice;
  world.delay = () => upTo(upTo(4) ? 40 : 400);
  const people = Array.from({ length: 2 + upTo(4) }, () => world.person());
  const written = [];
  world.pass(upTo(300));

  const acts = [
    (person) => {
      if (!person.session.writable) return;
      const at = upTo(person.state.doc.length + 1);
      const before = person.text.codePointAt(at - 1);
      if (before > 0xffff && person.text.charCodeAt(at - 1) < 0xdc00) return; // not into a pair
      const to =
        erase && !upTo(3)
          ? boundary(person.text, Math.min(person.state.doc.length, at + upTo(6)))
          : at;
      const mark = erase
        ? LETTERS[upTo(LETTERS.length)]
        : String.fromCharCode(0xe000 + written.length);
      written.push(mark);
      person.write(at, Math.max(at, to), to > at && upTo(2) ? "" : mark);
    },
    (person) => person.online && person.lose(1012),
    (person) => {
      person.online = false;
      person.lose();
    },
    (person) => {
      person.online = true;
      person.session.nudge();
    },
    (person) => person.reload(),
  ];
  for (let turn = 0; turn < 120; turn++) {
    const chance = upTo(100);
    acts[chance < 80 ? 0 : chance < 86 ? 1 : chance < 90 ? 2 : chance < 95 ? 3 : 4](
      people[upTo(people.length)],
    );
    world.pass(upTo(3) ? upTo(30) : upTo(1500));
  }
  for (const person of people) person.online = true;
  world.pass(120_000);
  return { world, people, written, text };
}

function boundary(text, at) {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000 ? at + 1 : at;
}
