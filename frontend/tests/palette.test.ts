import assert from "node:assert/strict";
import { test } from "node:test";
import { entries } from "../scripts/palette.ts";

const page = { label: "Batches", detail: "Work", url: "/batches", words: "batches work" };
const xz = { label: "XZ (xz)", detail: "Algorithm", url: "/algorithms/xz", words: "xz (xz) lzma algorithm" };

test("nothing typed shows all there is to go to", () => {
  assert.deepEqual(entries([page, xz], " ", "/files"), [page, xz]);
});

test("to search among the files comes last, whatever was typed", () => {
  const [first, last, ...more] = entries([page, xz], " xz ", "/files");
  assert.equal(first, xz);
  assert.deepEqual([last!.label, last!.url, more], ["Search files for “xz”", "/files?search=xz", []]);
  assert.deepEqual(
    entries([page, xz], "a & b", "/files").map(({ url }) => url),
    ["/files?search=a+%26+b"],
  );
});

test("where there is no page of files, nothing is offered there", () => {
  assert.deepEqual(entries([page, xz], "brotli", undefined), []);
});
