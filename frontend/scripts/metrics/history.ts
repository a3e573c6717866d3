/** What was measured, from the API; see `GET /metrics/history`. */
import { nothing, type Points } from "../charts/series/table.ts";
import { getJson } from "../lib/http.ts";
import { isoOf } from "./address.ts";
import type { Window } from "./ranges.ts";

type Resolution = "raw" | "minute" | "hour" | "day";

interface Told {
  t: string;
  min: number;
  avg: number;
  max: number;
}

interface Series {
  metric: string;
  points: Told[];
}

interface Answer {
  resolution: Resolution;
  series: Series[];
}

const STEPS: Record<Resolution, number> = { raw: 1, minute: 60, hour: 3600, day: 86_400 };
/** As many as one call takes: series, and points in all (with room for those at the edges). */
const MOST_SERIES = 20;
const MOST_POINTS = 45_000;

export const resolutionOf = (stepS: number): Resolution =>
  (Object.keys(STEPS) as Resolution[]).findLast((name) => STEPS[name] <= stepS) ?? "raw";

/** Where to ask, and whose series; without a name those of the machine that is meant where none is named. */
export interface Source {
  url: string;
  machine: string;
}

/** A call with what is asked for. */
export const callOf = ({ url, machine }: Source, asked: Record<string, string>): string =>
  `${url}?${new URLSearchParams({ ...asked, ...(machine && { machine }) })}`;

export interface Found {
  stepS: number;
  resolution: Resolution;
  points: Map<string, Points>;
}

export function pointsOf(told: Told[]): Points {
  const points = nothing();
  for (const { t, min, avg, max } of told) {
    points.t.push(Date.parse(t) / 1000);
    points.low.push(min);
    points.mean.push(avg);
    points.high.push(max);
  }
  return points;
}

/** How many series one call asks for. */
export const seriesOf = ([from, to]: Window, resolution: Resolution | "auto"): number =>
  resolution === "auto"
    ? MOST_SERIES
    : Math.max(1, Math.min(MOST_SERIES, Math.floor((MOST_POINTS * STEPS[resolution]) / (to - from))));

/** The same series, so many in each. */
export function shares<T>(all: T[], most: number): T[][] {
  const made: T[][] = [];
  for (let at = 0; at < all.length; at += most) made.push(all.slice(at, at + most));
  return made;
}

/** The end of a window belongs to it. */
const endOf = (to: number): string => isoOf(to + 0.001);

/** Series over a window, at a resolution or at the one that fits; throws ProblemError. */
export async function history(
  source: Source,
  names: string[],
  [from, to]: Window,
  resolution: Resolution | "auto",
  signal: AbortSignal,
): Promise<Found> {
  const answers = await Promise.all(
    shares(names, seriesOf([from, to], resolution)).map((some) => {
      const asked = { metric: some.join(","), from: isoOf(from), to: endOf(to), resolution };
      return getJson<Answer | (Series & { resolution: Resolution })>(callOf(source, asked), signal);
    }),
  );
  const series = answers.flatMap((answer) => ("series" in answer ? answer.series : [answer]));
  const used = answers[0]?.resolution ?? "raw";
  return {
    resolution: used,
    stepS: STEPS[used],
    points: new Map(series.map(({ metric, points }) => [metric, pointsOf(points)])),
  };
}

/** Names in few words: `a.*` for three or more that are all those of a family. An address has no room for many. */
export function abridged(names: string[], known: string[]): string[] {
  const familyOf = (name: string): string => name.slice(0, name.lastIndexOf(".") + 1);
  const wanted = new Set(names);
  const families = [...new Set(names.map(familyOf))].filter((family) => {
    const all = known.filter((name) => family && name.startsWith(family));
    return all.length > 2 && all.every((name) => wanted.has(name));
  });
  const short = names.map((name) => families.find((family) => name.startsWith(family))?.concat("*") ?? name);
  return [...new Set(short)];
}

/** Where the same figures are to be had as a file. */
export function exportUrl(source: Source, names: string[], [from, to]: Window, stepS: number): string {
  const [metric, resolution] = [names.join(","), resolutionOf(stepS)];
  return callOf(source, { format: "csv", metric, from: isoOf(from), to: endOf(to), resolution });
}
