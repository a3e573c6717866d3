import assert from "node:assert/strict";
import { test } from "node:test";
import { breakEvens, ranking, seconds, type Offer, type Sent } from "../scripts/lib/link.ts";
import golden from "../../tests/golden/link.json";

const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${found} is not ${expected}`);

for (const { name, sent, offers: given, rankings, break_evens: expected } of golden.cases) {
  test(`the server and the browser agree: ${name}`, () => {
    const offers = given.map(
      (item): Offer => ({ key: item.key, size: item.size, compressS: item.compress_s, decompressS: item.decompress_s }),
    );
    const how = sent as Sent;
    for (const { mbit_s, keys, seconds: times } of rankings) {
      const found = ranking(offers, mbit_s, how);
      assert.deepEqual(
        found.map((offer) => offer.key),
        keys,
      );
      found.forEach((offer, index) => near(seconds(offer, mbit_s, how), times[index]!));
    }
    const found = breakEvens(offers, how);
    assert.deepEqual(
      found.map(({ slower, faster }) => [slower.key, faster.key]),
      expected.map(({ slower, faster }) => [slower, faster]),
    );
    found.forEach(({ mbitS, slower, faster }, index) => {
      near(mbitS, expected[index]!.mbit_s);
      near(seconds(slower, mbitS, how), seconds(faster, mbitS, how));
    });
  });
}
