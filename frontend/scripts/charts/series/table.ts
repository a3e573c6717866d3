/** Series of time beside each other: one list of moments, and what each series was at them. */

/** What a series was: its mean, and the lowest and the highest of the bucket. Seconds since 1970. */
export interface Points {
  t: number[];
  low: (number | null)[];
  mean: (number | null)[];
  high: (number | null)[];
}

type Value = number | null;
type Column = Pick<Points, "low" | "mean" | "high">;

/** A gap is what is longer than two and a half steps: one sample that came late is none. */
const GAP_STEPS = 2.5;

export const nothing = (): Points => ({ t: [], low: [], mean: [], high: [] });

/** The first place whose moment is not before `t`. */
export function placeOf(times: ArrayLike<number>, t: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (times[middle]! < t) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The place whose moment is nearest to `t`; -1 where there is none. */
export function nearest(times: ArrayLike<number>, t: number): number {
  const next = placeOf(times, t);
  if (!times.length) return -1;
  if (next === times.length) return next - 1;
  return next > 0 && t - times[next - 1]! <= times[next]! - t ? next - 1 : next;
}

/** What several series were, as they came: put in one by one, or a moment of all of them at a time. */
export class Table {
  times: number[] = [];
  private readonly columns = new Map<string, Column>();

  get names(): string[] {
    return [...this.columns.keys()];
  }

  clear(): void {
    this.times = [];
    this.columns.clear();
  }

  /** Put the points of a series in; where it had some at the same moments, the new ones count. */
  put(name: string, points: Points): void {
    this.reach(points.t);
    const column = this.column(name);
    let at = 0;
    points.t.forEach((t, index) => {
      while (this.times[at]! < t) at += 1;
      column.low[at] = points.low[index] ?? null;
      column.mean[at] = points.mean[index] ?? null;
      column.high[at] = points.high[index] ?? null;
    });
  }

  /** Add one moment; what came late finds its place. */
  add(t: number, values: Record<string, number>): void {
    this.reach([t]);
    const at = placeOf(this.times, t);
    for (const [name, value] of Object.entries(values)) {
      const column = this.column(name);
      column.low[at] = column.mean[at] = column.high[at] = value;
    }
  }

  /** Forget what is older than `t`. */
  trim(t: number): void {
    const first = placeOf(this.times, t);
    if (!first) return;
    this.times.splice(0, first);
    for (const column of this.columns.values()) {
      for (const values of [column.low, column.mean, column.high]) values.splice(0, first);
    }
  }

  /** A series from `from` to `to`, both included. */
  of(name: string, from = -Infinity, to = Infinity): Points {
    const [first, end] = [placeOf(this.times, from), placeOf(this.times, to + 1e-6)];
    const column = this.columns.get(name);
    const cut = (values: Value[] | undefined): Value[] =>
      values ? values.slice(first, end) : Array<Value>(end - first).fill(null);
    return {
      t: this.times.slice(first, end),
      low: cut(column?.low),
      mean: cut(column?.mean),
      high: cut(column?.high),
    };
  }

  private column(name: string): Column {
    let column = this.columns.get(name);
    if (!column) {
      const none = (): Value[] => Array<Value>(this.times.length).fill(null);
      column = { low: none(), mean: none(), high: none() };
      this.columns.set(name, column);
    }
    return column;
  }

  /** Have a place for each of the moments. */
  private reach(times: number[]): void {
    if (times.length && (this.times.at(-1) ?? -Infinity) < times[0]!) return this.append(times);
    const missing = times.filter((t) => this.times[placeOf(this.times, t)] !== t);
    if (!missing.length) return;
    const before = this.times;
    this.times = [...before, ...missing].sort((a, b) => a - b);
    for (const column of this.columns.values()) {
      for (const key of ["low", "mean", "high"] as const) column[key] = spread(column[key], before, this.times);
    }
  }

  private append(times: number[]): void {
    this.times.push(...times);
    for (const { low, mean, high } of this.columns.values()) {
      for (const values of [low, mean, high]) for (const _ of times) values.push(null);
    }
  }
}

function spread(values: Value[], before: number[], after: number[]): Value[] {
  let at = 0;
  return after.map((t) => (before[at] === t ? values[at++]! : null));
}

/** A value of a drawing: what is not known parts the line, what was not asked at that moment does not. */
export type Drawn = number | null | undefined;

/** What is drawn of a series. */
export interface Strokes {
  low: Drawn[];
  mean: Drawn[];
  high: Drawn[];
}

/**
 * Columns for a drawing. Where nothing was known for long, a moment without values parts the lines; a series that is
 * read more seldom than others is one line all the same.
 */
export function withGaps(series: Points[], stepS: number): { t: number[]; series: Strokes[] } {
  const times = series[0]?.t ?? [];
  const breaks = new Set<number>();
  times.forEach((t, index) => {
    if (index && t - times[index - 1]! > stepS * GAP_STEPS) breaks.add(index);
  });
  const widen = <T>(values: T[], between: (index: number) => T): T[] =>
    breaks.size
      ? values.flatMap((value, index) => (breaks.has(index) ? [between(index), value] : [value]))
      : values.slice();
  const t = widen(times, (index) => times[index - 1]! + stepS);
  const strokes = series.map(({ low, mean, high }) => {
    const whole = joined(t, widen<Drawn>(mean, () => null), stepS);
    const edge = (values: Value[]): Drawn[] =>
      widen<Drawn>(values, () => null).map((value, index) => (whole[index] === undefined ? undefined : value));
    return { low: edge(low), mean: whole, high: edge(high) };
  });
  return { t, series: strokes };
}

/** Have nothing stand between two values that are as far apart as this series' values are. */
function joined(t: number[], values: Drawn[], stepS: number): Drawn[] {
  const known = values.flatMap((value, index) => (value === null ? [] : [index]));
  const apart = known.slice(1).map((index, before) => t[index]! - t[known[before]!]!);
  const usual = apart.toSorted((a, b) => a - b)[apart.length >> 1] ?? stepS;
  const longest = Math.max(stepS, usual) * GAP_STEPS;
  known.slice(1).forEach((index, before) => {
    if (apart[before]! <= longest) values.fill(undefined, known[before]! + 1, index);
  });
  return values;
}
