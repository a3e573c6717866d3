/** From values to places, straight or logarithmic, with round ticks. */
export interface Scale {
  place(value: number): number;
  ticks: number[];
}

/** Round steps: 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, about: number): number[] {
  const raw = (high - low) / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1)
    ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/** 1, 10, 100; with 2 and 5 between them where there are few. */
export function logTicks(low: number, high: number, about: number): number[] {
  const decades = Math.log10(high / low);
  const factors = decades > about ? [1] : decades > about / 3 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(Number(tick.toPrecision(12)));
    }
  }
  return ticks.length > 1 ? ticks : linearTicks(low, high, about);
}

/** A scale over `values` from pixel `from` to pixel `to`, with a little room at both ends. */
export function scale(
  values: number[],
  { log, from, to, about }: { log: boolean; from: number; to: number; about: number },
): Scale {
  const logarithmic = log && values.every((value) => value > 0);
  const turn = (value: number): number => (logarithmic ? Math.log10(value) : value);
  const back = (value: number): number => (logarithmic ? 10 ** value : value);
  let low = Math.min(...values.map(turn));
  let high = Math.max(...values.map(turn));
  const room = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1;
  [low, high] = [low - room, high + room];
  if (!logarithmic && Math.min(...values) >= 0) low = Math.max(0, low);
  const ticks = (logarithmic ? logTicks : linearTicks)(back(low), back(high), about);
  return { place: (value) => from + ((turn(value) - low) / (high - low)) * (to - from), ticks };
}
