import assert from "node:assert/strict";
import { test } from "node:test";
import { outputName, queryOf, ratioOf } from "../scripts/lib/streaming.ts";

const fields = (entries: Record<string, string>) => Object.entries(entries).map(([name, value]) => ({ name, value }));

test("the address says what the form says", () => {
  const form = { operation: "compress", algorithm: "zstd", level: "-5", "params-of": "zstd", "params-long": "false" };
  const more = { "params-window_log": "", name: "a b", "": "x", csrfmiddlewaretoken: "y" };
  assert.equal(
    queryOf(fields({ ...form, ...more })),
    "hold=true&operation=compress&algorithm=zstd&level=-5&long=false",
  );
  assert.equal(queryOf(fields({ operation: "decompress", algorithm: "" })), "hold=true&operation=decompress");
});

test("outputs are called as on the server", () => {
  const cases: [string, string, string, string][] = [
    ["compress", "a.txt", ".zst", "a.txt.zst"],
    ["compress", "x".repeat(255), ".zst", `${"x".repeat(251)}.zst`],
    ["compress", "raw", "", "raw"],
    ["decompress", "a.txt.ZST", ".zst", "a.txt"],
    ["decompress", ".zst", ".zst", ".zst.decompressed"],
    ["decompress", "b.tgz", ".gz", "b.tar"],
    ["decompress", "b.bin", ".gz", "b.bin.decompressed"],
    ["decompress", "b.bin", "", "b.bin.decompressed"],
  ];
  for (const [operation, name, extension, expected] of cases)
    assert.equal(outputName(operation as "compress" | "decompress", name, extension), expected);
});

test("a ratio counts original bytes, whichever way they went", () => {
  assert.equal(ratioOf("compress", 100, 50), 2);
  assert.equal(ratioOf("decompress", 50, 100), 2);
  assert.equal(ratioOf("compress", 0, 0), null);
  assert.equal(ratioOf("compress", 0, 13), null);
});
