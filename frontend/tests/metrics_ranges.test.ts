import assert from "node:assert/strict";
import { test } from "node:test";
import { around, brushed, settled, windowOf } from "../scripts/metrics/ranges.ts";
import { asked, zoomed } from "../scripts/charts/series/keys.ts";

const NOW = 1_000_000;

test("a range that follows ends now, a fixed one where it ends", () => {
  assert.deepEqual(windowOf({ mode: "live", seconds: 300 }, NOW), [NOW - 300, NOW]);
  assert.deepEqual(windowOf({ mode: "fixed", from: 5, to: 50 }, NOW), [5, 50]);
});

test("what is asked for is whole seconds, long enough and past", () => {
  assert.deepEqual(settled([100.4, 200.2], NOW), [100, 200]);
  assert.deepEqual(settled([100, 101], NOW), [96, 106]);
  const [from, to] = settled([NOW - 100, NOW + 300], NOW);
  assert.equal(to, NOW);
  assert.ok(to - from >= 300);
});

test("the strip holds the window, and ends now at the latest", () => {
  for (const [from, to] of [
    [NOW - 300, NOW],
    [NOW - 40_000, NOW - 39_000],
    [NOW - 900_000, NOW],
  ] as const) {
    const [first, last] = around([from, to], NOW);
    assert.ok(first <= from && to <= last && last <= NOW, `${first} ${last}`);
    assert.ok(last - first >= 4 * (to - from));
  }
});

test("a window is moved as a whole, and an edge never past the other", () => {
  assert.deepEqual(brushed([100, 200], "both", 50, [0, 400]), [150, 250]);
  assert.deepEqual(brushed([100, 200], "both", 900, [0, 400]), [300, 400]);
  assert.deepEqual(brushed([100, 200], "from", -900, [0, 400]), [0, 200]);
  assert.deepEqual(brushed([100, 200], "from", 900, [0, 400]), [190, 200]);
  assert.deepEqual(brushed([100, 200], "to", 20, [0, 400]), [100, 220]);
});

test("keys move in time, zoom, open and go back", () => {
  assert.deepEqual(asked("ArrowLeft", 5, 10), { to: 4 });
  assert.deepEqual(asked("ArrowRight", 9, 10), { to: 9 });
  assert.deepEqual(asked("ArrowLeft", -1, 10), { to: 9 });
  assert.deepEqual(asked("PageUp", 5, 100), { to: 0 });
  assert.deepEqual(asked("Home", 5, 10), { to: 0 });
  assert.deepEqual(asked("End", 5, 10), { to: 9 });
  assert.deepEqual(asked("+", 5, 10), { zoom: 0.5 });
  assert.deepEqual(asked("-", 5, 10), { zoom: 2 });
  assert.equal(asked("Escape", 5, 10), "back");
  assert.equal(asked("Enter", 5, 10), "open");
  assert.equal(asked("Tab", 5, 10), null);
  for (const key of ["Home", "Enter", "ArrowLeft"]) assert.equal(asked(key, -1, 0), null);
});

test("zooming keeps the moment in its place", () => {
  assert.deepEqual(zoomed(0, 100, 20, 0.5), [10, 60]);
  assert.deepEqual(zoomed(10, 60, 20, 2), [0, 100]);
});
