import assert from "node:assert/strict";
import { test } from "node:test";
import { Again, pauseMs } from "../scripts/metrics/again.ts";

test("what failed is tried again, more and more rarely", () => {
  assert.deepEqual([1, 2, 3, 6, 7, 50].map((failures) => pauseMs(503, failures)), [1000, 2000, 4000, 32_000, 60_000, 60_000]);
  for (const status of [0, 429, 500, 504]) assert.equal(pauseMs(status, 1), 1000);
});

test("what is refused is tried again rarely", () => {
  for (const status of [400, 401, 403, 404, 422]) assert.equal(pauseMs(status, 1), 60_000);
});

test("it goes on until it works, one at a time", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let tries = 0;
  const again = new Again(() => {
    tries += 1;
    again.begins();
    if (tries < 3) again.failed(0);
    else again.worked();
  });
  again.failed(0);
  again.failed(0); // another part of the same try
  assert.ok(again.waits);
  for (const pause of [1000, 2000, 4000]) context.mock.timers.tick(pause);
  assert.equal(tries, 3);
  assert.ok(!again.waits);
  again.failed(0);
  context.mock.timers.tick(1000);
  assert.equal(tries, 4);
});
