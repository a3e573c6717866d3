import assert from "node:assert/strict";
import { test } from "node:test";
import { abridged, exportUrl, pointsOf, resolutionOf, seriesOf, shares } from "../scripts/metrics/history.ts";
import { ticks } from "../scripts/metrics/strip.ts";

test("one call asks for no more series and points than one answer holds", () => {
  assert.equal(seriesOf([0, 300], "raw"), 20);
  assert.equal(seriesOf([0, 3600], "raw"), 12);
  assert.equal(seriesOf([0, 100_000], "raw"), 1);
  assert.equal(seriesOf([0, 31_536_000], "auto"), 20);
  assert.deepEqual(shares([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
});

test("a step has the word that the API has for it", () => {
  assert.deepEqual([1, 60, 3600, 86_400].map(resolutionOf), ["raw", "minute", "hour", "day"]);
});

test("the file has the window, the series and the resolution of what is shown", () => {
  const url = new URL(exportUrl({ url: "/api/v1/metrics/export", machine: "anvil" }, ["a", "b.0"], [1_795_000_000, 1_795_003_600], 60), "http://h");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    format: "csv",
    metric: "a,b.0",
    from: "2026-11-18T11:06:40Z",
    to: "2026-11-18T12:06:40.001Z",
    resolution: "minute",
    machine: "anvil",
  });
});

test("a file of a machine with many cores has a short address", () => {
  const cores = [...Array(128).keys()].map((core) => `system.core_percent.${core}`);
  const known = [...cores, "system.cpu_percent", "system.load_1", "gpu.busy_percent.0"];
  const shown = ["system.cpu_percent", ...cores, "gpu.busy_percent.0"];
  assert.deepEqual(abridged(shown, known), ["system.cpu_percent", "system.core_percent.*", "gpu.busy_percent.0"]);
  assert.ok(exportUrl({ url: "/export", machine: "" }, abridged(shown, known), [0, 300], 1).length < 300);
  assert.deepEqual(abridged(cores.slice(1), known), cores.slice(1), "what is hidden is not in the file");
});

test("points are taken as they are told", () => {
  assert.deepEqual(pointsOf([{ t: "2026-11-18T11:06:40Z", min: 1, avg: 2, max: 3 }]), {
    t: [1_795_000_000],
    low: [1],
    mean: [2],
    high: [3],
  });
});

test("the strip has round moments, and not too many", () => {
  assert.deepEqual(ticks([10, 3610], 4), { at: [900, 1800, 2700, 3600], apartS: 900 });
  for (const length of [3600, 86_400, 7 * 86_400, 730 * 86_400]) {
    const { at } = ticks([1_795_000_000, 1_795_000_000 + length], 8);
    assert.ok(at.length >= 1 && at.length <= 9, String(at.length));
  }
});
