// People who type, and how long it takes until others see it. Reads its orders from a file, answers with a line of JSON.
import { readFileSync } from "node:fs";
import { Line } from "./line.mjs";

const orders = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { Watcher, Typist, join, write } = await import(`./${orders.kind}.mjs`);

const tell = (fields) => process.stdout.write(`${JSON.stringify(fields)}\n`);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Clock {
  #typed = new Map();
  measuring = false;
  strokes = 0;
  wall = [];
  shown = [];
  stored = [];

  /** Edit `key` holds what was typed at these times. */
  typed(key, times) {
    if (!this.measuring) return;
    this.#typed.set(key, times);
    this.strokes += times.length;
    if (orders.wall) this.wall.push(...times.map((at) => performance.timeOrigin + at));
  }

  seen(key) {
    const now = performance.now();
    for (const at of this.#typed.get(key) ?? []) this.shown.push(now - at);
  }

  saved(key) {
    const now = performance.now();
    for (const at of this.#typed.get(key) ?? []) this.stored.push(now - at);
  }
}

function quantiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

async function joins() {
  const times = [];
  for (let n = 0; n < orders.joins; n++) times.push(await join(orders.people[0]));
  const middle = (key) => times.map((one) => one[key]).sort((a, b) => a - b)[times.length >> 1];
  tell({
    done: { first: times[0].ms, ms: middle("ms"), bytes: middle("bytes"), length: times[0].length },
  });
}

async function typing() {
  const clock = new Clock();
  if (write && orders.text) {
    const drafts = new Map(orders.people.map((one) => [one.draft, one]));
    for (const one of drafts.values()) await write({ ...one, text: orders.text });
  }
  const people = orders.people.map(
    (one) => new (one.watches ? Watcher : Typist)({ ...one, clock }),
  );
  const waiting = [...people];
  const open = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await next.open();
  };
  await Promise.all(Array.from({ length: 16 }, open));
  await sleep(500);

  let goOn = true;
  const gap = 1000 / orders.rate;
  for (const person of people) {
    const again = () => gap * (0.5 + Math.random());
    const stroke = () => {
      if (!goOn) return;
      person.type();
      setTimeout(stroke, again());
    };
    const glance = () => {
      if (!goOn) return;
      person.point();
      setTimeout(glance, 500 + Math.random() * 1000);
    };
    setTimeout(stroke, Math.random() * gap);
    setTimeout(glance, Math.random() * 1000);
  }
  await sleep(orders.warm * 1000);
  tell({ measure: true });
  const cpu = process.cpuUsage();
  const began = performance.now();
  const frames = people.reduce((sum, { line }) => sum + line.received, 0);
  clock.measuring = true;
  await sleep(orders.seconds * 1000);
  clock.measuring = false;
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  const heard = people.reduce((sum, { line }) => sum + line.received, 0) - frames;
  tell({ measured: true });
  goOn = false;
  const until = performance.now() + (orders.settle ?? 10_000);
  await sleep(orders.rest ?? 1000);
  while (!agree(people) && performance.now() < until) await sleep(200);
  tell({
    done: {
      seconds,
      strokes: clock.strokes,
      shown: quantiles(clock.shown),
      stored: quantiles(clock.stored),
      frames: heard / people.length / seconds, // a second and reader
      clients: (used.user + used.system) / 1e6 / seconds, // how busy this process was
      lost: Line.lost,
      strokes_at: orders.wall && clock.wall,
      equal: agree(people),
    },
  });
}

/** Whether all who have the whole text have the same, and nothing of theirs is on the way. */
function agree(people) {
  const texts = new Map();
  for (const person of people.filter(({ watches }) => watches)) {
    if (person.waiting?.length) return false;
    texts.set(person.draft, (texts.get(person.draft) ?? new Set()).add(person.text));
  }
  return [...texts.values()].every((one) => one.size === 1);
}

await (orders.joins ? joins() : typing());
process.exit(0);
