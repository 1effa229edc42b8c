import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, ServerClock } from "../../../static/js/elements/session-room.js";

test("minutes and seconds are shown as on a clock, and counted on once they ran out", () => {
  const shown = [754, 60, 59.4, 5, 0.2, -1, -75].map(clock);
  assert.deepEqual(shown, ["12:34", "1:00", "0:59", "0:05", "0:00", "−0:01", "−1:15"]);
});

test("the time is the server's, whatever the device believes, and runs on between two words of it", () => {
  let steady = 100;
  const time = new ServerClock(() => steady);
  time.hear(1_700_000_000);
  steady += 30;
  assert.equal(time.now, 1_700_000_030);
  time.hear(1_700_000_045); // the page slept meanwhile
  steady += 1;
  assert.equal(time.now, 1_700_000_046);
});
