/** Arithmetic of windows of time, in seconds since 1970. */
import type { Range } from "./address.ts";

export type Window = [from: number, to: number];

const HOUR = 3600;
const DAY = 86_400;
/** What the strip below shows around a window: enough to see where it lies. */
const AROUND = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY, 730 * DAY];
const WIDER = 4;
const SHORTEST_S = 10;

/** The window of a range at the moment `now`. */
export function windowOf(range: Range, now: number): Window {
  return range.mode === "fixed" ? [range.from, range.to] : [now - range.seconds, now];
}

/** A window that somebody drew, as one can ask for it: whole seconds, not too short, moved back where it ends in the future. */
export function settled([from, to]: Window, now: number): Window {
  let [first, last] = [Math.round(from), Math.round(to)];
  if (last - first < SHORTEST_S) {
    const middle = Math.round((first + last) / 2);
    [first, last] = [middle - SHORTEST_S / 2, middle + SHORTEST_S / 2];
  }
  const beyond = last - Math.ceil(now);
  if (beyond <= 0) return [first, last];
  return [first - beyond, last - beyond];
}

/** What the strip shows: a longer stretch that holds the window, at its end if that is now. */
export function around([from, to]: Window, now: number): Window {
  const wanted = (to - from) * WIDER;
  const length = AROUND.find((seconds) => seconds >= wanted) ?? Math.max(wanted, to - from);
  const end = Math.min(Math.max(now, to), (from + to) / 2 + length / 2);
  return [end - length, end];
}

/** Move a window, its length kept, or one of its edges, within what the strip shows. */
export function brushed([from, to]: Window, part: "from" | "to" | "both", by: number, [first, last]: Window): Window {
  const clip = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
  if (part === "from") return [clip(from + by, first, to - SHORTEST_S), to];
  if (part === "to") return [from, clip(to + by, from + SHORTEST_S, last)];
  const move = clip(by, first - from, last - to);
  return [from + move, to + move];
}

/** How often a window that ends now is asked for anew: when there is a new bucket to see, and not all the time. */
export const renewalS = (seconds: number): number => Math.max(10, Math.min(300, Math.round(seconds / 360)));
