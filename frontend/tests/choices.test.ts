import assert from "node:assert/strict";
import { test } from "node:test";
import { csvCell } from "../scripts/charts/export.ts";
import { linearTicks, logTicks, scale } from "../scripts/charts/scales.ts";
import { problemOf, problemText } from "../scripts/lib/http.ts";
import { fitting } from "../scripts/search_select.ts";

test("every word typed must occur", () => {
  const options = [
    { label: "zstd", words: "zstd fast lz family" },
    { label: "xz", words: "xz small lzma family" },
  ];
  assert.deepEqual(fitting(options, "family FAST"), [options[0]]);
  assert.deepEqual(fitting(options, "  "), options);
  assert.deepEqual(fitting(options, "brotli"), []);
});

test("what is called so comes first", () => {
  const lzma = { label: "LZMA (lzma)", words: "lzma (lzma) a few bytes smaller than xz" };
  const xz = { label: "XZ (xz)", words: "xz (xz) small" };
  const lz4 = { label: "LZ4", words: "lz4 fast" };
  assert.deepEqual(fitting([lzma, xz], "xz"), [xz, lzma]);
  assert.deepEqual(fitting([xz, lz4, lzma], "lz"), [lz4, lzma]);
  assert.deepEqual(fitting([lzma, xz], ""), [lzma, xz]);
});

test("ticks are round and within the range", () => {
  assert.deepEqual(linearTicks(1.2, 3.2, 5), [1.5, 2, 2.5, 3]);
  assert.deepEqual(logTicks(10, 1000, 4), [10, 30, 100, 300, 1000]);
  assert.deepEqual(linearTicks(0.1, 0.35, 5), [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
});

test("a scale keeps every value between its ends, and takes one value alone", () => {
  const wide = scale([10, 100, 1000], { log: true, from: 0, to: 300, about: 4 });
  assert.ok(wide.place(10) > 0 && wide.place(1000) < 300);
  assert.ok(Math.abs(wide.place(100) - 150) < 1e-6);
  const single = scale([5], { log: false, from: 0, to: 100, about: 4 });
  assert.equal(Math.round(single.place(5)), 50);
});

test("no cell becomes a formula", () => {
  assert.equal(csvCell("=1+1"), "'=1+1");
  assert.equal(csvCell("-3.5"), "-3.5");
  assert.equal(csvCell('say "a", b'), '"say ""a"", b"');
});

test("an answer without a problem document still says what its status means", () => {
  assert.equal(problemOf(413, "text/html", "<h1>").title, "It is too large");
  assert.equal(problemOf(502, null, "").title, "The server could not do it");
  const body = JSON.stringify({
    status: 400,
    title: "Invalid",
    detail: "d",
    errors: [{ field: "level", detail: "at most 22" }],
  });
  const problem = problemOf(400, "application/problem+json", body);
  assert.equal(problemText(problem), "d level: at most 22");
  assert.equal(problemOf(400, "application/problem+json", "{cut").title, "It was refused");
});
