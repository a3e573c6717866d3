import assert from "node:assert/strict";
import { test } from "node:test";
import { LIVE, lengthOf, momentOf, readAddress, secondsOf, toggled, writeAddress } from "../scripts/metrics/address.ts";

const T = Date.UTC(2026, 10, 28, 14, 3, 27) / 1000;

test("an address without anything follows the last five minutes", () => {
  assert.deepEqual(readAddress("").range, LIVE);
  assert.equal(writeAddress(readAddress("")), "");
});

for (const query of [
  "?live=15m",
  "?range=1y",
  "?from=2026-11-28T14:03:27Z&to=2026-11-28T15:03:27Z",
  "?range=1h&machine=anvil%202&at=2026-11-28T14:03:27Z",
  "?range=7d&at=2026-11-28T14:03:27Z&show=system.core_percent.0,system.core_percent.1&hide=system.cpu_percent",
]) {
  test(`an address is written as it is read: ${query}`, () => assert.equal(writeAddress(readAddress(query)), query));
}

for (const query of ["?range=", "?range=1w", "?live=7d", "?from=x&to=y", "?from=2026-11-28T14:00:00Z", "?range=0h"]) {
  test(`what cannot be understood is as if it were not there: ${query}`, () => {
    assert.deepEqual(readAddress(query).range, LIVE);
  });
}

test("a window that ends before it begins is none", () => {
  assert.deepEqual(readAddress("?from=2026-11-28T15:00:00Z&to=2026-11-28T14:00:00Z").range, LIVE);
});

test("lengths have the shortest word", () => {
  for (const word of ["5m", "15m", "1h", "6h", "1d", "30d", "1y", "90s"]) assert.equal(lengthOf(secondsOf(word)!), word);
});

test("a moment without a zone is UTC", () => {
  for (const text of ["2026-11-28T14:03:27", "2026-11-28T14:03:27Z", "2026-11-28T15:03:27+01:00"])
    assert.equal(momentOf(text), T);
  assert.equal(momentOf("soon"), null);
});

test("the address keeps only what is not as usual", () => {
  const hidden = toggled(readAddress(""), "a", false, true);
  assert.equal(writeAddress(hidden), "?hide=a");
  assert.equal(writeAddress(toggled(hidden, "a", true, true)), "");
  assert.equal(writeAddress(toggled(hidden, "b", true, false)), "?show=b&hide=a");
});
