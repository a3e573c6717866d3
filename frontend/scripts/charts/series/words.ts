/** Values and moments in words. Times are UTC, as everywhere in the product. */
import { duration, rate, significant, size } from "../../lib/format.ts";

const SPACE = "\u00a0";

const WORDS: Record<string, (value: number) => string> = {
  "%": (value) => `${significant(value)}${SPACE}%`,
  bytes: size,
  "bytes/s": (value) => `${size(value)}/s`,
  "MB/s": (value) => rate(value * 1e6),
  "1/s": (value) => `${significant(value)}/s`,
  s: duration,
  ms: (value) => `${significant(value)}${SPACE}ms`,
};

/** A value with its unit; a dash where there is none. */
export function words(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return (WORDS[unit] ?? significant)(value);
}

/** A value of an axis: the same, without digits that a round number does not need. */
export function axisWords(value: number, unit: string): string {
  if (unit === "%") return `${Number(value.toPrecision(6))}${SPACE}%`;
  return words(value, unit).replace(/\.0+(?=\D|$)/, "").replace(/(\.\d*?)0+(?=\D|$)/, "$1");
}

/** 14:03:27 */
export const clock = (t: number): string => new Date(t * 1000).toISOString().slice(11, 19);

/** 28 Nov 2026 */
export const day = (t: number): string =>
  new Date(t * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** 28 Nov 2026, 14:03:27 UTC */
export const moment = (t: number): string => `${day(t)}, ${clock(t)} UTC`;

/** 28 Nov 2026, 14:03:27 – 14:08:27 UTC; of many days, the days */
export function between(from: number, to: number): string {
  if (to - from > 3 * 86_400) return `${day(from)} – ${day(to)}`;
  const end = day(from) === day(to) ? `${clock(to)} UTC` : moment(to);
  return `${day(from)}, ${clock(from)} – ${end}`;
}

/** What stands below a tick of the axis of time: as fine as the ticks are apart; the day where it begins. */
export function tickWords(t: number, before: number | undefined, apartS: number): string {
  const [ownDay, dayBefore] = [day(t), before === undefined ? "" : day(before)];
  const [short, year] = [ownDay.slice(0, -5), ownDay.slice(-4)];
  if (apartS >= 86_400) return year === dayBefore.slice(-4) ? short : `${short}\n${year}`;
  const time = apartS < 60 ? clock(t) : clock(t).slice(0, 5);
  return ownDay === dayBefore ? time : `${time}\n${short}`;
}

const STEPS: [number, string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** How long the buckets are, and what the band is: 1 s, or "1 min, band = min–max". */
export function resolutionWords(stepS: number): string {
  const [length, unit] = STEPS.find(([seconds]) => stepS >= seconds) ?? [1, "s"];
  const step = `${Number((stepS / length).toPrecision(3))}${SPACE}${unit}`;
  return stepS > 1 ? `${step}, band = min–max` : step;
}
