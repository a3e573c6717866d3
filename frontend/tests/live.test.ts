import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { coalesce } from "../scripts/lib/coalesce.ts";
import { Speed } from "../scripts/lib/speed.ts";
import { topics } from "../scripts/live.ts";
import { delay } from "../scripts/socket.ts";

test("a hint concerns its object and all of its kind", () => {
  const topicsOf = topics();
  assert.deepEqual(topicsOf({ kind: "file.changed", id: "7" }), ["file:7", "file:*"]);
  assert.deepEqual(topicsOf({ kind: "jobs.added" }), ["jobs:*"]);
});

test("a job that only got further concerns no list", () => {
  const topicsOf = topics();
  const changed = (status: string): string[] => topicsOf({ kind: "job.changed", id: "7", status });
  assert.deepEqual(changed("running"), ["job:7", "job:*"]);
  assert.deepEqual(changed("running"), ["job:7"]);
  assert.deepEqual(changed("succeeded"), ["job:7", "job:*"]);
});

test("calls come through at once, then once a pause, each key by itself", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const seen: string[] = [];
  const tell = coalesce((key: string) => seen.push(key), 400);
  for (const key of ["a", "a", "b", "a"]) tell(key);
  assert.deepEqual(seen, ["a", "b"]);
  mock.timers.tick(400);
  assert.deepEqual(seen, ["a", "b", "a"]);
  mock.timers.tick(4000);
  assert.deepEqual(seen, ["a", "b", "a"]);
  tell("a");
  assert.equal(seen.length, 4);
  mock.timers.reset();
});

test("a socket comes back later and later, at most after half a minute and a quarter of it", () => {
  assert.equal(delay(0, 0.5), 500);
  assert.equal(delay(3, 0.5), 4000);
  assert.equal(delay(40, 1), 37_500);
});

test("speed is what was reported over the window", () => {
  const speed = new Speed(2000);
  speed.note(0, 0);
  assert.equal(speed.perSecond, null);
  speed.note(100, 1000);
  assert.equal(speed.perSecond, 100);
  speed.note(1100, 2000);
  speed.note(2100, 3500);
  assert.ok(Math.abs(speed.perSecond! - 1000 / 1.5) < 1e-9);
  speed.note(5, 4000); // begun anew
  assert.equal(speed.perSecond, null);
});
