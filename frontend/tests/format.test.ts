import assert from "node:assert/strict";
import { test } from "node:test";
import { bandwidth, count, duration, percent, progress, rate, relative, significant, size } from "../scripts/lib/format.ts";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");

test("three significant digits", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [0.4123, "0.412"],
    [3.02, "3.02"],
    [41.26, "41.3"],
    [999.96, "1,000"],
    [1210, "1,210"],
    [-0.5, "−0.500"],
  ];
  for (const [value, text] of cases) assert.equal(significant(value), text);
});

test("bytes in the fitting unit", () => {
  const cases: [number, string][] = [
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.00 kB"],
    [999_999, "1.00 MB"],
    [1_210_000_000, "1.21 GB"],
  ];
  for (const [value, text] of cases) assert.equal(plain(size(value)), text);
});

test("speeds, shares, counts", () => {
  assert.equal(plain(rate(41_230_000)), "41.2 MB/s");
  assert.equal(plain(percent(0.64)), "64 %");
  assert.equal(plain(percent(0.0321)), "3.2 %");
  assert.equal(count(12345.4), "12,345");
});

test("durations in the fitting unit", () => {
  const cases: [number, string][] = [
    [0, "0 s"],
    [0.41, "410 ms"],
    [12.34, "12.3 s"],
    [59.99, "1 min"],
    [72, "1 min 12 s"],
    [7500, "2 h 5 min"],
    [273_600, "3 d 4 h"],
  ];
  for (const [value, text] of cases) assert.equal(plain(duration(value)), text);
});

test("progress says what was measured and nothing else", () => {
  assert.equal(
    plain(progress({ done: 64e6, total: 100e6, unit: "bytes", perSecond: 3e6 })),
    "64 % · 3.00 MB/s · 12 s left",
  );
  assert.equal(plain(progress({ done: 12, total: 80, unit: "files" })), "12 of 80 files");
  assert.equal(plain(progress({ done: 5e6, total: null, unit: "bytes" })), "5.00 MB");
  assert.equal(progress({ done: 0, unit: "bytes" }), "");
});

test("how long ago", () => {
  const now = new Date("2026-01-01T12:00:00Z");
  const at = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
  assert.equal(relative(at(3), now), "just now");
  assert.equal(relative(at(61), now), "1 minute ago");
  assert.equal(relative(at(-7200), now), "in 2 hours");
  assert.equal(relative(at(3 * 86400), now), "3 days ago");
});

test("bandwidths in the fitting unit", () => {
  const cases: [number, string][] = [
    [0.056, "56.0 kbit/s"],
    [0.9996, "1.00 Mbit/s"],
    [2.9412, "2.94 Mbit/s"],
    [999.6, "1.00 Gbit/s"],
    [10_000, "10.0 Gbit/s"],
  ];
  for (const [value, text] of cases) assert.equal(plain(bandwidth(value)), text);
});
