/** A chart of time as a picture or as figures, exactly as it is shown. */
import { svg } from "../../lib/svg.ts";
import { csvCell, standalone } from "../export.ts";
import { paint } from "./colours.ts";
import type { Line } from "./plot.ts";
import { withGaps, type Drawn, type Points, type Strokes } from "./table.ts";
import { axisWords, moment } from "./words.ts";

/** What is shown: lines with their points, and the edges of the drawing. */
export interface Shown {
  title: string;
  note: string;
  unit: string;
  lines: Line[];
  points: Points[];
  stepS: number;
  banded: boolean;
  from: number;
  to: number;
  low: number;
  high: number;
  width: number;
  height: number;
  ticks: number[];
}

const MARGIN = { left: 68, right: 16, top: 34, bottom: 44 };

type Place = (value: number) => number;

/** A path through what is known; a gap stays one. */
export function path(times: number[], values: Drawn[], x: Place, y: Place): string {
  let drawn = "";
  let on = false;
  values.forEach((value, index) => {
    if (value === undefined) return;
    if (value !== null) drawn += `${on ? "L" : "M"}${x(times[index]!).toFixed(1)} ${y(value).toFixed(1)}`;
    on = value !== null;
  });
  return drawn;
}

/** The area between lowest and highest, a piece for each stretch without a gap. */
export function area(t: number[], { low, high }: Strokes, x: Place, y: Place): string {
  let drawn = "";
  let begin = 0;
  for (let at = 0; at <= t.length; at += 1) {
    if (at < t.length && low[at] !== null && high[at] !== null) continue;
    if (at > begin) {
      const there = t.slice(begin, at);
      const back = path(there.toReversed(), low.slice(begin, at).toReversed(), x, y).replace("M", "L");
      drawn += `${path(there, high.slice(begin, at), x, y)}${back}Z`;
    }
    begin = at + 1;
  }
  return drawn;
}

/** The chart as a drawing that needs nothing else. */
export function svgText(shown: Shown, beside: Element): string {
  const { width, height, from, to, low, high } = shown;
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const x: Place = (t) => MARGIN.left + ((t - from) / (to - from)) * (right - MARGIN.left);
  const y: Place = (value) => bottom - ((value - low) / (high - low)) * (bottom - MARGIN.top);
  const made = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  const text = (at: Record<string, string | number>, said: string): SVGTextElement =>
    svg("text", { "font-size": 11.5, fill: paint("--muted"), ...at }, said);
  made.append(text({ x: 12, y: 20, "font-size": 14, fill: paint("--text") }, `${shown.title} · ${shown.note}`));
  for (const tick of shown.ticks) {
    made.append(
      svg("path", { d: `M${MARGIN.left} ${y(tick)}H${right}`, stroke: paint("--line"), fill: "none" }),
      text({ x: MARGIN.left - 8, y: y(tick) + 4, "text-anchor": "end" }, axisWords(tick, shown.unit)),
    );
  }
  const { t, series } = withGaps(shown.points, shown.stepS);
  // The first line is drawn last, above the others.
  for (const [index, { token, dash }] of [...shown.lines.entries()].toReversed()) {
    const strokes = series[index]!;
    const colour = paint(token);
    if (shown.banded) made.append(svg("path", { d: area(t, strokes, x, y), fill: colour, opacity: 0.22 }));
    const d = path(t, strokes.mean, x, y);
    made.append(svg("path", { d, fill: "none", stroke: colour, "stroke-width": 1.5, "stroke-dasharray": dash.join(" ") }));
  }
  made.append(text({ x: MARGIN.left, y: bottom + 16 }, moment(from)));
  made.append(text({ x: right, y: bottom + 16, "text-anchor": "end" }, moment(to)));
  let at = MARGIN.left;
  for (const { label, token } of shown.lines) {
    made.append(svg("circle", { cx: at + 4, cy: height - 12, r: 4, fill: paint(token) }));
    made.append(text({ x: at + 13, y: height - 8 }, label));
    at += 30 + label.length * 6.4;
  }
  // Styles are computed of what stands in the page.
  made.setAttribute("aria-hidden", "true");
  beside.append(made);
  const written = standalone(made);
  made.remove();
  return written;
}

/** One row a moment, as the API's own export has it. */
export function csvText({ lines, points, banded, unit }: Shown): string {
  const heads = lines.flatMap(({ name }) => (banded ? [`${name} min`, `${name} avg`, `${name} max`] : [name]));
  const rows = (points[0]?.t ?? []).map((t, index) => {
    const values = points.flatMap(({ low, mean, high }) =>
      banded ? [low[index], mean[index], high[index]] : [mean[index]],
    );
    return [new Date(t * 1000).toISOString(), ...values.map((value) => value ?? "")].join(",");
  });
  const head = ["t", ...heads.map((name) => (unit ? `${name} (${unit})` : name))].map(csvCell).join(",");
  return `${[head, ...rows].join("\r\n")}\r\n`;
}
