import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "./world.js";

test("a letter goes out at once and is saved when the server says so", () => {
  const world = new World({ text: "ab" });
  const ann = world.person();
  world.pass(100);
  assert.equal(ann.session.status.state, "saved");

  ann.write(1, 1, "x");
  assert.equal(ann.session.status.state, "saving");
  assert.deepEqual(ann.sent.at(-1), { t: "push", v: 0, edits: [{ s: 1, c: [1, [0, "x"], 1] }] });
  world.pass(100);
  assert.equal(world.authority.text.toString(), "axb");
  assert.equal(ann.session.status.state, "saved");
});

test("what is written while an answer is awaited goes out as one edit", () => {
  const world = new World({ delay: () => 200 });
  const ann = world.person();
  world.pass(1000);
  for (const [at, letter] of [..."Heron"].entries()) {
    ann.write(at, at, letter);
    world.pass(20);
  }
  world.pass(2000);
  assert.equal(world.authority.text.toString(), "Heron");
  assert.equal(world.authority.version, 2);
});

test("pushes keep their distance however fast the answers come", () => {
  const world = new World({ delay: () => 0 });
  const ann = world.person();
  world.pass(100);
  for (let at = 0; at < 100; at++) {
    ann.write(at, at, "x");
    world.pass(10);
  }
  world.pass(100);
  assert.equal(world.authority.text.length, 100);
  assert.ok(ann.sent.filter(({ t }) => t === "push").length <= 18);
});

test("a long paste is cut into edits that fit, and pushes that fit", () => {
  const world = new World();
  const ann = world.person();
  world.pass(100);
  const text = "سلام 🦩\n".repeat(8000);
  ann.write(0, 0, text);
  world.pass(10_000);
  assert.equal(world.authority.text.toString(), text);
  for (const frame of ann.sent) assert.ok(Buffer.byteLength(JSON.stringify(frame)) < 64_000);
});

test("edits made without a line wait, are counted, and land once", () => {
  const world = new World({ text: "one two" });
  const ann = world.person();
  const ben = world.person();
  world.pass(100);
  ann.online = false;
  ann.lose();
  ann.write(0, 0, "A");
  ann.write(1, 1, "B");
  ben.write(7, 7, " three");
  world.pass(60_000);
  assert.deepEqual(ann.session.status, { state: "offline", n: 2 });
  assert.equal(ann.session.record.edits.length, 1);
  ann.write(2, 2, "C");
  assert.deepEqual(ann.session.status, { state: "offline", n: 3 });
  assert.equal(world.authority.text.toString(), "one two three");

  ann.online = true;
  ann.session.nudge();
  world.pass(200);
  assert.equal(ann.text, "ABCone two three");
  assert.equal(ben.text, ann.text);
  assert.equal(ann.session.status.state, "saved");
});

test("a push whose answer was lost is not stored twice", () => {
  const world = new World({ delay: () => 50 });
  const ann = world.person();
  world.pass(500);
  ann.write(0, 0, "once");
  world.pass(60); // it has arrived, the answer has not
  assert.equal(world.authority.version, 1);
  ann.lose();
  ann.write(4, 4, " and more");
  world.pass(5000);
  assert.equal(world.authority.text.toString(), "once and more");
  assert.equal(ann.text, "once and more");
});

test("a line that gives no answer is given up", () => {
  const world = new World();
  const ann = world.person();
  world.pass(100);
  world.delay = () => 1e9;
  ann.write(0, 0, "x");
  world.pass(9000);
  assert.notEqual(ann.session.line, "up");
});

test("a quiet line is asked whether it stands", () => {
  const world = new World();
  const ann = world.person();
  world.pass(100_000);
  assert.equal(ann.session.line, "up");
  assert.ok(ann.sent.filter(({ t }) => t === "ping").length >= 4);
});

test("waits grow, are spread, and begin anew after a steady line", () => {
  const world = new World();
  const ann = world.person();
  ann.online = false;
  ann.lose();
  const waits = [];
  for (let turn = 0; turn < 12; turn++) {
    const before = world.clock;
    const due = ann.session.due();
    world.pass(Math.max(due - before, 0));
    if (ann.session.line === "down") waits.push(ann.session.due() - world.clock);
  }
  assert.ok(Math.max(...waits) <= 10_000);
  assert.ok(waits.at(-1) > waits[0]);
});

test("a page that never gets a line says that there is none to be had", () => {
  const world = new World();
  const ann = world.person();
  ann.online = false;
  ann.reload();
  world.pass(2000);
  assert.equal(ann.session.hopeless, false);
  world.pass(20_000);
  assert.equal(ann.session.hopeless, true);

  const ben = world.person();
  world.pass(100);
  ben.online = false;
  ben.lose();
  world.pass(60_000);
  assert.equal(ben.session.hopeless, false);
});

test("a refusal keeps the text on the screen and says why", () => {
  const world = new World({ text: "ab" });
  const ann = world.person();
  world.pass(100);
  world.authority.may = "read";
  ann.write(2, 2, " lost words");
  world.pass(100);
  assert.deepEqual(ann.session.status, { state: "unsaved", why: "It is closed.", n: 1 });
  assert.equal(ann.session.writable, false);
  assert.equal(ann.text, "ab lost words");
  assert.equal(ann.session.text.unsaved(), " lost words");

  world.authority.may = "write";
  world.authority.tell({ t: "may", may: "write" });
  world.pass(100);
  assert.equal(world.authority.text.toString(), "ab lost words");
});

test("an edit the server cannot take goes, its words are kept, and writing goes on", () => {
  const world = new World({ text: "ab" });
  const ann = world.person();
  world.pass(100);
  world.authority.refuse = () => "malformed";
  ann.write(2, 2, " odd");
  world.pass(2000);
  world.authority.refuse = null;
  assert.deepEqual(ann.session.lost, [" odd"]);
  assert.equal(ann.text, "ab");
  ann.write(2, 2, "c");
  world.pass(200);
  assert.equal(world.authority.text.toString(), "abc");
});

test("a draft that is full takes a shorter edit", () => {
  const world = new World({ text: "ab" });
  const ann = world.person();
  world.pass(100);
  world.authority.refuse = (changes) => (changes.newLength > 4 ? "too_large" : null);
  ann.write(2, 2, "cdefg");
  world.pass(100);
  assert.equal(ann.session.status.state, "unsaved");
  assert.equal(ann.session.writable, true);
  ann.write(4, 7, "");
  world.pass(200);
  assert.equal(world.authority.text.toString(), "abcd");
  assert.equal(ann.session.status.state, "saved");
});

for (const code of [4401, 4403, 4404, 4409]) {
  test(`after ${code} nothing is tried again`, () => {
    const world = new World();
    const ann = world.person();
    world.pass(20_000);
    ann.write(0, 0, "x");
    ann.lose(code);
    if (code === 4401) {
      assert.equal(ann.session.line, "down"); // it is asked once more
      ann.session.closed(code);
    }
    world.pass(1e6);
    assert.deepEqual(ann.session.status, { state: "unsaved", code, n: 1 });
    assert.equal(ann.session.writable, false);
    assert.equal(ann.text, "x");
  });
}

test("an edit that closed the line is not sent again", () => {
  const world = new World();
  const ann = world.person();
  world.pass(100);
  ann.write(0, 0, "x");
  ann.lose(4413);
  world.pass(5000);
  assert.deepEqual(ann.session.lost, ["x"]);
  assert.equal(ann.session.status.state, "saved");
});

test("unsent edits survive a reload", () => {
  const world = new World({ text: "one two" });
  const ann = world.person();
  const ben = world.person();
  world.pass(100);
  ann.online = false;
  ann.lose();
  ann.write(3, 3, " and a half");
  ben.write(0, 3, "ONE");
  world.pass(1000);
  ann.online = true;
  ann.reload();
  world.pass(1000);
  assert.equal(ann.text, "ONE and a half two");
  assert.equal(ben.text, ann.text);
});

test("a reload while an answer is on its way doubles nothing", () => {
  const world = new World({ delay: () => 50 });
  const ann = world.person();
  world.pass(500);
  ann.write(0, 0, "once");
  ann.write(4, 4, " more");
  world.pass(60);
  ann.reload();
  assert.equal(ann.session.writable, false);
  world.pass(1000);
  assert.equal(world.authority.text.toString(), "once more");
  assert.equal(ann.text, "once more");
  assert.equal(ann.session.writable, true);
});

test("a page that is older than what it kept finds its place too", () => {
  const world = new World({ text: "ab" });
  const ann = world.person();
  const page = world.authority.page();
  const ben = world.person();
  world.pass(100);
  ben.write(0, 0, "0");
  world.pass(100);
  ann.online = false;
  ann.lose();
  ann.write(3, 3, "c");
  ben.write(0, 0, "-");
  world.pass(100);
  ann.online = true;
  ann.load(page, ann.session.record);
  world.pass(1000);
  assert.equal(ann.text, "-0abc");
  assert.equal(world.authority.text.toString(), "-0abc");
});

test("where the server no longer tells what came between, kept words find their place by the text", () => {
  const world = new World({ text: "one\ntwo\nthree" });
  const ann = world.person();
  const ben = world.person();
  world.pass(100);
  ann.online = false;
  ann.lose();
  ann.write(7, 7, " and a half");
  const base = ann.session.text.confirmed.toString();
  for (let day = 0; day < 20; day++) {
    ben.write(0, 0, `${day}.\n`);
    world.pass(100);
  }
  ben.write(ben.text.length, ben.text.length, "\nfour");
  world.pass(100);
  world.authority.forgets = 5;
  ann.online = true;
  ann.load(world.authority.page(), { ...ann.session.record, base });
  world.pass(1000);
  assert.match(ann.text, /\n0\.\none\ntwo and a half\nthree\nfour$/);
  assert.equal(world.authority.text.toString(), ann.text);
  assert.deepEqual(ann.session.lost, []);
});

test("without that text they are shown for copying", () => {
  const world = new World({ text: "one" });
  const ann = world.person();
  world.pass(100);
  ann.online = false;
  ann.lose();
  ann.write(3, 3, " two");
  world.authority.forgets = 0;
  const ben = world.person();
  world.pass(100);
  ben.write(0, 0, "zero ");
  world.pass(100);
  ann.online = true;
  ann.load(world.authority.page(), ann.session.record);
  world.pass(1000);
  assert.deepEqual(ann.session.lost, [" two"]);
  assert.equal(ann.text, "zero one");
});

test("who signs in again goes on, with what was written before", () => {
  const world = new World({ text: "" });
  const ann = world.person();
  world.pass(100);
  world.authority.closes = 4401;
  ann.lose(4401);
  ann.write(0, 0, "still here");
  world.pass(5000);
  assert.deepEqual(ann.session.status, { state: "unsaved", code: 4401, n: 1 });
  assert.equal(ann.session.writable, false);
  ann.session.nudge();
  world.pass(5000);
  assert.deepEqual(ann.session.status, { state: "unsaved", code: 4401, n: 1 });

  world.authority.closes = 0;
  ann.session.nudge();
  world.pass(1000);
  assert.equal(ann.session.status.state, "saved");
  assert.equal(world.authority.text.toString(), "still here");
});

test("a page of another time or another person stays closed", () => {
  for (const code of [4410, 4426]) {
    const world = new World();
    const ann = world.person();
    world.authority.closes = code;
    world.pass(5000);
    ann.session.nudge();
    assert.equal(ann.session.line, "ended");
    assert.equal(ann.session.code, code);
    assert.equal(ann.sent[0].p, 1);
  }
});

test("a greeting in the middle of things sends again what has no answer", () => {
  const world = new World({ delay: () => 200 });
  const ann = world.person();
  world.pass(1000);
  const { client } = ann.session;
  ann.write(0, 0, "once");
  const [push] = ann.sent.slice(-1);
  ann.session.heard({ t: "welcome", v: 0, edits: [], may: "write", you: {}, s: 0, peers: [] });
  world.pass(1000);
  assert.equal(ann.session.status.state, "saved");
  assert.deepEqual(
    ann.sent.filter(({ t }) => t === "push"),
    [push, push],
  );
  assert.equal(world.authority.text.toString(), "once");
  assert.equal(ann.session.client, client);
});

test("a copied tab sends what was kept once, and the first gives way", () => {
  const world = new World();
  const ann = world.person();
  world.pass(20_000);
  ann.write(0, 0, "first");
  const copy = world.person();
  copy.load(world.authority.page(), JSON.parse(JSON.stringify(ann.session.record)));
  world.pass(1000);
  copy.write(0, 0, "copy ");
  world.pass(1000);
  assert.equal(ann.session.status.code, 4409);
  assert.equal(world.authority.text.toString(), "copy first");
  assert.equal(copy.session.status.state, "saved");
});

test("an answer to the server's ping goes at once", () => {
  const world = new World();
  const ann = world.person();
  world.pass(100);
  world.authority.tell({ t: "ping", n: 7 });
  world.pass(20);
  assert.deepEqual(ann.sent.at(-1), { t: "pong", n: 7 });
});

test("a page that lost its place takes the text anew and keeps what waits", () => {
  const world = new World({ text: "one two" });
  const ann = world.person();
  world.pass(100);
  ann.write(7, 7, " three");
  assert.throws(
    () => ann.session.heard({ t: "edits", v: 0, edits: [{ client: "x", s: 1, c: [99] }] }),
    RangeError,
  );
  world.pass(1000);
  assert.equal(ann.text, "one two three");
  assert.equal(world.authority.text.toString(), "one two three");
});

test("who is here is told, and where", () => {
  const world = new World({ text: "one two" });
  const ann = world.person();
  const ben = world.person();
  world.pass(100);
  assert.deepEqual(
    ann.session.peers.list.map(({ id }) => id),
    [1, 2],
  );
  ben.session.looked();
  world.pass(500);
  ben.write(0, 0, "x");
  world.pass(100);
  const where = () => ann.session.peers.list.map(({ a, h }) => [a, h])[1];
  assert.deepEqual(where(), [1, 1]); // one's own words push one's cursor on
  ann.write(0, 0, "yy");
  world.pass(100);
  assert.deepEqual(where(), [3, 3]);
  ann.write(3, 3, "z");
  world.pass(100);
  assert.deepEqual(where(), [3, 3]); // those of others do not
  ben.lose(4403);
  world.pass(100);
  assert.equal(ann.session.peers.list.length, 1);
});
