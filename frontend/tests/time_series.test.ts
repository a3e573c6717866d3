import assert from "node:assert/strict";
import { test } from "node:test";
import { area, path } from "../scripts/charts/series/pictures.ts";
import { lonely } from "../scripts/charts/series/plot.ts";
import { nearest, placeOf, Table, withGaps } from "../scripts/charts/series/table.ts";
import { axisWords, between, moment, resolutionWords, tickWords, words } from "../scripts/charts/series/words.ts";

const flat = (t: number[], mean: (number | null)[]) => ({ t, low: mean, mean, high: mean });
const plain = (text: string): string => text.replaceAll("\u00a0", " ");

test("live moments follow what was asked for, and one that was there already is not doubled", () => {
  const table = new Table();
  table.put("a", flat([1, 2, 3], [10, 20, 30]));
  table.add(3, { a: 31, b: 1 });
  table.add(4, { a: 40, b: 2 });
  assert.deepEqual(table.of("a").mean, [10, 20, 31, 40]);
  assert.deepEqual(table.of("b").mean, [null, null, 1, 2]);
});

test("history that comes after live moments finds its place before them", () => {
  const table = new Table();
  table.add(5, { a: 50 });
  table.add(6, { a: 60 });
  table.put("a", flat([1, 2, 5], [1, 2, 55]));
  assert.deepEqual(table.times, [1, 2, 5, 6]);
  assert.deepEqual(table.of("a").mean, [1, 2, 55, 60]);
});

test("moments that come late or in disorder are put in order", () => {
  const table = new Table();
  for (const t of [3, 1, 2, 5, 4]) table.add(t, { a: t });
  assert.deepEqual(table.of("a").mean, [1, 2, 3, 4, 5]);
});

test("series of different moments stand beside each other", () => {
  const table = new Table();
  table.put("a", flat([1, 3], [1, 3]));
  table.put("b", flat([2, 3, 4], [2, 3, 4]));
  assert.deepEqual(table.of("a"), flat([1, 2, 3, 4], [1, null, 3, null]));
  assert.deepEqual(table.of("b", 2, 3).mean, [2, 3]);
});

test("what is old is forgotten", () => {
  const table = new Table();
  table.put("a", flat([1, 2, 3], [1, 2, 3]));
  table.trim(2);
  assert.deepEqual(table.of("a"), flat([2, 3], [2, 3]));
  assert.deepEqual(table.of("unknown").mean, [null, null]);
});

test("where nothing was known for long the line is parted, and a late sample parts nothing", () => {
  const { t, series } = withGaps([flat([1, 2, 4, 10, 11], [1, 2, 4, 10, 11])], 1);
  assert.deepEqual(t, [1, 2, 4, 5, 10, 11]);
  assert.deepEqual(series[0]!.mean, [1, 2, 4, null, 10, 11]);
});

test("a series that is read seldom is one line, and parted where it was not read for long", () => {
  const t = Array.from({ length: 41 }, (_, index) => index);
  const seldom = t.map((at) => (at % 5 === 0 && (at < 15 || at > 34) ? at : null));
  const [often, other] = withGaps([flat(t, t), flat(t, seldom)], 1).series;
  assert.deepEqual(often!.mean, t);
  assert.deepEqual(other!.mean.slice(0, 7), [0, undefined, undefined, undefined, undefined, 5, undefined]);
  assert.deepEqual(other!.low.slice(0, 2), [0, undefined]);
  assert.deepEqual([other!.mean[11], other!.mean[34]], [null, null]);
});

test("a value between two gaps is found, that of a seldom one is not", () => {
  assert.deepEqual(lonely([1, null, 2, 3, null, undefined, 4, undefined, null]), [0, 6]);
  assert.deepEqual(lonely([1, undefined, 2]), []);
  assert.deepEqual(lonely([null, 1]), [1]);
});

test("places are found by halves", () => {
  assert.equal(placeOf([1, 3, 5], 3), 1);
  assert.equal(placeOf([1, 3, 5], 6), 3);
  assert.equal(nearest([1, 3, 5], 3.9), 1);
  assert.equal(nearest([1, 3, 5], 99), 2);
  assert.equal(nearest([], 1), -1);
});

test("values have their unit", () => {
  const shown = [
    [41.26, "%"],
    [1.2e9, "bytes"],
    [2.5e6, "bytes/s"],
    [41.2, "MB/s"],
    [3, "1/s"],
    [72, "s"],
    [4.5, "ms"],
    [2, ""],
    [null, "%"],
  ].map(([value, unit]) => plain(words(value as number | null, unit as string)));
  const wanted = ["41.3 %", "1.20 GB", "2.50 MB/s", "41.2 MB/s", "3.00/s", "1 min 12 s", "4.50 ms", "2.00", "–"];
  assert.deepEqual(shown, wanted);
  assert.equal(plain(axisWords(100, "%")), "100 %");
  assert.equal(plain(axisWords(2e6, "bytes/s")), "2 MB/s");
  assert.equal(plain(axisWords(1.5e9, "bytes")), "1.5 GB");
  assert.equal(plain(axisWords(200, "")), "200");
});

test("the axis says the time as fine as its ticks, and the day where it begins", () => {
  const t = Date.UTC(2026, 10, 28, 23, 59, 50) / 1000;
  assert.equal(moment(t), "28 Nov 2026, 23:59:50 UTC");
  assert.equal(tickWords(t, undefined, 10), "23:59:50\n28 Nov");
  assert.equal(tickWords(t + 10, t, 10), "00:00:00\n29 Nov");
  assert.equal(tickWords(t + 70, t + 10, 60), "00:01");
  assert.equal(tickWords(t, t - 86_400, 86_400), "28 Nov");
});

test("a window is said with its times, a long one with its days", () => {
  const t = Date.UTC(2026, 10, 28, 14, 3, 27) / 1000;
  assert.equal(between(t, t + 60), "28 Nov 2026, 14:03:27 – 14:04:27 UTC");
  assert.equal(between(t, t + 86_400), "28 Nov 2026, 14:03:27 – 29 Nov 2026, 14:03:27 UTC");
  assert.equal(between(t - 30 * 86_400, t), "29 Oct 2026 – 28 Nov 2026");
});

test("the resolution says what the band is", () => {
  assert.deepEqual([1, 60, 3600, 86_400].map((step) => plain(resolutionWords(step))), [
    "1 s",
    "1 min, band = min–max",
    "1 h, band = min–max",
    "1 d, band = min–max",
  ]);
});

test("a drawing has the gaps of its figures", () => {
  const same = (value: number): number => value;
  assert.equal(path([1, 2, 3, 4], [1, null, 3, 4], same, same), "M1.0 1.0M3.0 3.0L4.0 4.0");
  assert.equal(path([1, 2, 3], [1, undefined, 3], same, same), "M1.0 1.0L3.0 3.0");
  const strokes = { low: [0, 0, null, 1], mean: [1, 1, null, 1], high: [2, 2, null, 3] };
  assert.equal(area([1, 2, 3, 4], strokes, same, same), "M1.0 2.0L2.0 2.0L2.0 0.0L1.0 0.0ZM4.0 3.0L4.0 1.0Z");
});
