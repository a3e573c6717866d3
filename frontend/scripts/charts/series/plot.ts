/** The drawing: uPlot with the product's colours, words and times. */
import uPlot from "uplot";
import { paint, wash } from "./colours.ts";
import type { Strokes } from "./table.ts";
import { axisWords, tickWords } from "./words.ts";

/** A line of a chart. */
export interface Line {
  name: string;
  label: string;
  /** The token of its colour: --accent, --c1, … */
  token: string;
  dash: number[];
}

export interface Picture {
  lines: Line[];
  unit: string;
  /** With the lowest and the highest of each bucket behind the lines. */
  banded: boolean;
  height: number;
  range(): [number, number];
  marked(): number | null;
}

export interface Listeners {
  moved(plot: uPlot): void;
  selected(from: number, to: number): void;
}

const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const SYNC = "time-series";
// A selection narrower than this was a click.
const DRAG_PX = 5;

/** From zero to a little above the highest; shares of a whole to the whole. */
function valueRange(unit: string): uPlot.Range.Function {
  return (_, low, high) => {
    const bottom = Math.min(0, low ?? 0);
    if (high === null || high <= bottom) return [bottom, unit === "%" ? 100 : bottom + 1];
    if (unit === "%" && high <= 100) return [bottom, 100];
    return [bottom, high + (high - bottom) * 0.08];
  };
}

/**
 * The values in the order of uPlot's series: a mean of each line, with its highest and lowest before it if banded.
 * The first line is drawn last, above the others.
 */
export function columns(times: number[], strokes: Strokes[], banded: boolean): uPlot.AlignedData {
  const values = strokes.toReversed().flatMap(({ low, mean, high }) => (banded ? [high, low, mean] : [mean]));
  return [times, ...values];
}

function seriesOf({ lines, banded }: Picture): uPlot.Series[] {
  const edge: uPlot.Series = { width: 0, points: { show: false }, stroke: "transparent" };
  const linesOf = (line: Line): uPlot.Series[] => {
    const mean: uPlot.Series = {
      label: line.label,
      stroke: () => paint(line.token),
      width: 1.5,
      dash: line.dash,
      // What makes no line is a point.
      points: { show: true, size: 5, filter: (plot, index) => lonely(plot.data[index]!) },
    };
    return banded ? [{ ...edge }, { ...edge }, mean] : [mean];
  };
  return [{}, ...lines.toReversed().flatMap(linesOf)];
}

function bandsOf({ lines, banded }: Picture): uPlot.Band[] {
  if (!banded) return [];
  return lines.toReversed().map((line, index) => ({
    series: [1 + index * 3, 2 + index * 3],
    // Many of them above each other are not to hide the lines.
    fill: () => wash(line.token, Math.min(0.24, 0.5 / lines.length)),
  }));
}

function axesOf(unit: string): uPlot.Axis[] {
  const common: uPlot.Axis = {
    stroke: () => paint("--muted"),
    font: FONT,
    ticks: { show: false },
    border: { show: false },
  };
  return [
    {
      ...common,
      grid: { show: false },
      border: { show: true, stroke: () => paint("--line"), width: 1 },
      // The time with its seconds is longer.
      space: (_, __, from, to, width) => ((to - from) / width < 0.54 ? 74 : 56),
      size: 40,
      gap: 6,
      values: (_, splits, __, ___, apart) => splits.map((t, index) => tickWords(t, splits[index - 1], apart)),
    },
    {
      ...common,
      grid: { stroke: () => paint("--line"), width: 1, dash: [2, 4] },
      space: 34,
      gap: 6,
      size: (_, values) => 16 + 6.3 * Math.max(4, ...(values ?? []).map((value) => value.length)),
      values: (_, splits) => splits.map((value) => axisWords(value, unit)),
    },
  ];
}

/** A bucket between two gaps has no area: its lowest and highest are a stroke. */
function drawAlone(plot: uPlot, { lines, banded }: Picture): void {
  const { ctx, data } = plot;
  if (!banded) return;
  ctx.save();
  ctx.lineWidth = 5 * uPlot.pxRatio;
  ctx.setLineDash([]);
  lines.toReversed().forEach((line, index) => {
    const [high, low] = [data[1 + index * 3]!, data[2 + index * 3]!];
    ctx.strokeStyle = wash(line.token, 0.4);
    for (const at of lonely(high)) {
      const x = plot.valToPos(data[0][at]!, "x", true);
      ctx.beginPath();
      ctx.moveTo(x, plot.valToPos(low[at]!, "y", true));
      ctx.lineTo(x, plot.valToPos(high[at]!, "y", true));
      ctx.stroke();
    }
  });
  ctx.restore();
}

/** The places of values that make no line with another. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = [];
  let [run, last] = [0, -1];
  for (let at = 0; at <= values.length; at += 1) {
    const value = at === values.length ? null : values[at];
    if (value === undefined) continue;
    if (value === null) {
      if (run === 1) found.push(last);
      run = 0;
    } else {
      run += 1;
      last = at;
    }
  }
  return found;
}

/** A line at the moment that is looked at. */
function drawMark(plot: uPlot, t: number | null): void {
  const { left, top, width, height } = plot.bbox;
  const x = t === null ? NaN : Math.round(plot.valToPos(t, "x", true));
  if (!(x >= left && x <= left + width)) return;
  plot.ctx.save();
  plot.ctx.strokeStyle = paint("--text");
  plot.ctx.lineWidth = uPlot.pxRatio;
  plot.ctx.setLineDash([]);
  plot.ctx.beginPath();
  plot.ctx.moveTo(x, top);
  plot.ctx.lineTo(x, top + height);
  plot.ctx.stroke();
  plot.ctx.restore();
}

function selection(plot: uPlot, selected: Listeners["selected"]): void {
  const { left, width } = plot.select;
  if (width < DRAG_PX) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  selected(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
}

/** Draw into `place`. The crosshair is at the same moment in all charts of the page. */
export function draw(place: HTMLElement, data: uPlot.AlignedData, picture: Picture, listeners: Listeners): uPlot {
  const alike = (type: string): boolean => type === "mousemove" || type === "mouseleave";
  return new uPlot(
    {
      width: place.clientWidth,
      height: picture.height,
      padding: [10, 24, 0, 0],
      legend: { show: false },
      tzDate: (t) => uPlot.tzDate(new Date(t * 1000), "UTC"),
      scales: { x: { range: () => picture.range() }, y: { range: valueRange(picture.unit) } },
      series: seriesOf(picture),
      bands: bandsOf(picture),
      axes: axesOf(picture.unit),
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: DRAG_PX },
        sync: { key: SYNC, scales: ["x", null], filters: { pub: alike, sub: alike } },
        points: { size: 7, width: 1.5, fill: () => paint("--panel") },
        bind: { dblclick: () => null },
      },
      hooks: {
        setCursor: [(plot) => listeners.moved(plot)],
        setSelect: [(plot) => selection(plot, listeners.selected)],
        draw: [(plot) => drawAlone(plot, picture), (plot) => drawMark(plot, picture.marked())],
      },
    },
    data,
    place,
  );
}

/** Put the crosshair at a moment, here and in all other charts. */
export function pointAt(plot: uPlot, t: number): void {
  const move = plot.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void;
  move({ left: plot.valToPos(t, "x"), top: plot.over.clientHeight / 2 }, true, true);
}
