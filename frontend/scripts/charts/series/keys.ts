/** What the keys do in a chart of time. */

export type Move = { to: number } | { zoom: number } | "back" | "open" | null;

const PAGE = 10;

/** What a key asks for, from place `at` (-1: nowhere yet) of `length`; null for what is no key of ours. */
export function asked(key: string, at: number, length: number): Move {
  if (key === "+" || key === "=") return { zoom: 0.5 };
  if (key === "-") return { zoom: 2 };
  if (key === "Escape") return "back";
  if (key === "Enter") return length ? "open" : null;
  const last = length - 1;
  const from = at < 0 ? last + 1 : at;
  const goals: Record<string, number> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    PageUp: from - PAGE,
    PageDown: from + PAGE,
    Home: 0,
    End: last,
  };
  const goal = goals[key];
  return goal === undefined || last < 0 ? null : { to: Math.max(0, Math.min(last, goal)) };
}

/** A window `factor` times as long around a moment that keeps its place in it. */
export function zoomed(from: number, to: number, around: number, factor: number): [number, number] {
  const middle = Math.max(from, Math.min(to, around));
  return [middle - (middle - from) * factor, middle + (to - middle) * factor];
}
