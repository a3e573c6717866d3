/**
 * Which candidate brings an input over a link soonest: compress, transfer, decompress, one after the other.
 * The same as `compression/compare/link.py`; `tests/golden/link.json` holds both to it.
 */

const BYTES_PER_MBIT = 125_000;

/** How often what is compressed once goes over the link; many times means that compressing does not count. */
export type Sent = "once" | "many";

/** A candidate: `size` bytes go over the link, with the seconds of work at its two ends. */
export interface Offer {
  key: string;
  size: number;
  compressS: number;
  decompressS: number;
}

/** At `mbitS` two winners take the same time: one wins on slower links, the other on faster ones. */
export interface BreakEven {
  mbitS: number;
  slower: Offer;
  faster: Offer;
}

const workS = (offer: Offer, sent: Sent): number => offer.decompressS + (sent === "once" ? offer.compressS : 0);

/** Seconds from the first byte read to the last byte back. */
export const seconds = (offer: Offer, mbitS: number, sent: Sent): number =>
  workS(offer, sent) + offer.size / (mbitS * BYTES_PER_MBIT);

/** Compare by one measure after the other, the smaller first. */
function by<T>(...measures: ((item: T) => number | string)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const measure of measures) {
      const [one, other] = [measure(a), measure(b)];
      if (one !== other) return one < other ? -1 : 1;
    }
    return 0;
  };
}

const size = ({ size }: Offer): number => size;
const key = ({ key }: Offer): string => key;

/** The offers, the soonest first. */
export const ranking = (offers: Offer[], mbitS: number, sent: Sent): Offer[] =>
  offers.toSorted(by((offer) => seconds(offer, mbitS, sent), size, key));

/** The bandwidths at which the winner changes, the slowest link first. */
export function breakEvens(offers: Offer[], sent: Sent): BreakEven[] {
  const found: BreakEven[] = [];
  let winner = offers.toSorted(by((offer) => workS(offer, sent), size, key))[0];
  while (winner) {
    const larger: Offer = winner;
    // Seconds a byte at which both take the same time: the next winner is the one whose line crosses first.
    const crossing = (offer: Offer): number =>
      (workS(offer, sent) - workS(larger, sent)) / (larger.size - offer.size);
    const following = offers.filter((offer) => offer.size < larger.size).toSorted(by(crossing, size, key))[0];
    if (following)
      found.unshift({ mbitS: 1 / (crossing(following) * BYTES_PER_MBIT), slower: following, faster: larger });
    winner = following;
  }
  return found;
}
