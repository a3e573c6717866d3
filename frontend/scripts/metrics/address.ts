/**
 * What the page of metrics shows, as its address says it: `?live=15m` follows, `?range=6h` is the last six hours,
 * `?from=…&to=…` a window; `machine` is whose series they are, `at` a moment that is looked at, `show` and `hide` are
 * series that are not as usual.
 */

/** The last seconds, following each second. */
export interface Live {
  mode: "live";
  seconds: number;
}

/** The last seconds, as of lately. */
export interface Recent {
  mode: "recent";
  seconds: number;
}

/** From when to when, in seconds since 1970. */
export interface Fixed {
  mode: "fixed";
  from: number;
  to: number;
}

export type Range = Live | Recent | Fixed;

export interface State {
  range: Range;
  /** Null: the one that the server means. */
  machine: string | null;
  at: number | null;
  show: Set<string>;
  hide: Set<string>;
}

export const LIVE: Live = { mode: "live", seconds: 300 };
/** The longest that is followed by the second: seconds of a whole hour are drawn anew each second. */
export const LONGEST_LIVE_S = 3600;
const SHORTEST_S = 5;
const LENGTHS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 };

/** 15m, 6h, 1y as seconds; null for what is none. */
export function secondsOf(text: string | null): number | null {
  const found = /^(\d{1,6})([smhdy])$/.exec(text ?? "");
  const seconds = found ? Number(found[1]) * LENGTHS[found[2]!]! : 0;
  return seconds >= SHORTEST_S ? seconds : null;
}

/** The shortest word for it: 900 is 15m. */
export function lengthOf(seconds: number): string {
  const [unit, length] = Object.entries(LENGTHS).findLast(([, length]) => seconds % length === 0)!;
  return `${seconds / length}${unit}`;
}

/** A moment of the address or of a field, which has no zone and means UTC; null for what is none. */
export function momentOf(text: string | null): number | null {
  if (!text) return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes("T") ? text : `${text}Z`;
  const t = Date.parse(zoned) / 1000;
  return Number.isFinite(t) ? t : null;
}

/** 2026-11-28T14:03:27Z; with thousandths only where it has some. */
export const isoOf = (t: number): string => new Date(t * 1000).toISOString().replace(".000Z", "Z");

const namesOf = (text: string | null): Set<string> => new Set((text ?? "").split(",").filter(Boolean));

/** Read an address; what cannot be understood is as if it were not there. */
export function readAddress(search: string): State {
  const query = new URLSearchParams(search);
  const [from, to] = [momentOf(query.get("from")), momentOf(query.get("to"))];
  const [live, recent] = [secondsOf(query.get("live")), secondsOf(query.get("range"))];
  let range: Range = LIVE;
  if (from !== null && to !== null && to - from >= SHORTEST_S) range = { mode: "fixed", from, to };
  else if (recent) range = { mode: "recent", seconds: recent };
  else if (live && live <= LONGEST_LIVE_S) range = { mode: "live", seconds: live };
  const [show, hide] = [namesOf(query.get("show")), namesOf(query.get("hide"))];
  return { range, machine: query.get("machine") || null, at: momentOf(query.get("at")), show, hide };
}

/** The query of a state, with its question mark; nothing for what the page shows anyway. */
export function writeAddress({ range, machine, at, show, hide }: State): string {
  const parts: string[] = [];
  const add = (name: string, value: string): void => {
    // Colons and commas may stand in a query as they are, and people read it.
    parts.push(`${name}=${encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",")}`);
  };
  if (range.mode === "fixed") {
    add("from", isoOf(range.from));
    add("to", isoOf(range.to));
  } else if (range.mode === "recent") add("range", lengthOf(range.seconds));
  else if (range.seconds !== LIVE.seconds) add("live", lengthOf(range.seconds));
  if (machine) add("machine", machine);
  if (at !== null) add("at", isoOf(at));
  if (show.size) add("show", [...show].join(","));
  if (hide.size) add("hide", [...hide].join(","));
  return parts.length ? `?${parts.join("&")}` : "";
}

/** A series is shown or hidden now; what is as usual is not kept. */
export function toggled({ show, hide, ...state }: State, name: string, shown: boolean, usual: boolean): State {
  const [more, less] = [new Set(show), new Set(hide)];
  more.delete(name);
  less.delete(name);
  if (shown !== usual) (shown ? more : less).add(name);
  return { ...state, show: more, hide: less };
}
