import { component } from "../lib/component.ts";
import { significant } from "../lib/format.ts";
import { svg } from "../lib/svg.ts";
import { scale, type Scale } from "./scales.ts";
import { showTip } from "./tip.ts";

interface Point {
  label: string;
  group: string;
  x: number;
  y: number;
  xLow: number | undefined;
  xHigh: number | undefined;
  yLow: number | undefined;
  yHigh: number | undefined;
  pareto: boolean;
  chosen: boolean;
  url: string | undefined;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const MARGIN = { left: 52, right: 16, top: 26, bottom: 42 };

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text === "" ? undefined : Number(text);

/** The points stand in the chart's own table: what is drawn is what is written there. */
function readPoints(table: HTMLTableElement): Point[] {
  return [...table.tBodies[0]!.rows].map((row) => ({
    label: row.dataset["label"] ?? "",
    group: row.dataset["group"] ?? "",
    x: Number(row.dataset["x"]),
    y: Number(row.dataset["y"]),
    xLow: numberOf(row.dataset["xLow"]),
    xHigh: numberOf(row.dataset["xHigh"]),
    yLow: numberOf(row.dataset["yLow"]),
    yHigh: numberOf(row.dataset["yHigh"]),
    pareto: "pareto" in row.dataset,
    chosen: "chosen" in row.dataset,
    url: row.querySelector("a")?.href,
  }));
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Candidates by two measures; the Pareto front as a line; every point has a name and exact values. */
export const scatter = component(() => {
  let points: Point[] = [];
  let drawing: SVGSVGElement | undefined;
  return {
    init(): void {
      const table = this.$root.parentElement!.querySelector<HTMLTableElement>(".chart-table table")!;
      points = readPoints(table).sort((a, b) => a.x - b.x);
      new ResizeObserver(() => this.draw()).observe(this.$root);
    },

    words(value: number, low: number | undefined, high: number | undefined, unit: string): string {
      const interval = low !== undefined && high !== undefined ? ` (${significant(low)} – ${significant(high)})` : "";
      return `${significant(value)}${unit ? `\u00a0${unit}` : ""}${interval}`;
    },

    rows(point: Point): [string, string][] {
      const { xLabel = "", yLabel = "", xUnit = "", yUnit = "" } = this.$root.dataset;
      return [
        [yLabel, this.words(point.y, point.yLow, point.yHigh, yUnit)],
        [xLabel, this.words(point.x, point.xLow, point.xHigh, xUnit)],
      ];
    },

    draw(): void {
      const width = this.$root.clientWidth;
      if (!width || !points.length) return;
      const height = Math.round(Math.max(230, Math.min(360, width * 0.4)));
      const { xLog, yLog } = this.$root.dataset;
      const xs = points.flatMap((point) => [point.x, point.xLow ?? point.x, point.xHigh ?? point.x]);
      const ys = points.flatMap((point) => [point.y, point.yLow ?? point.y, point.yHigh ?? point.y]);
      const x = scale(xs, { log: xLog !== undefined, from: MARGIN.left, to: width - MARGIN.right, about: width / 110 });
      const y = scale(ys, { log: yLog !== undefined, from: height - MARGIN.bottom, to: MARGIN.top, about: 5 });
      const label = this.$root.closest(".chart")?.querySelector("h2")?.textContent ?? "";
      const made = svg("svg", {
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: "group",
        "aria-label": `${label}: ${points.length} points, arrow keys move among them`,
      });
      made.append(this.axes(x, y, width, height), this.front(x, y));
      const taken: Box[] = points.map((point) => ({
        x: x.place(point.x) - 7,
        y: y.place(point.y) - 7,
        width: 14,
        height: 14,
      }));
      // The chosen point is drawn last, on top, and named first.
      const order = [...points].sort((a, b) => Number(a.chosen) - Number(b.chosen));
      const groups = new Map(order.map((point) => [point, this.point(point, x, y)]));
      for (const point of order.toReversed()) this.name(groups.get(point)!, point, { x, y, width, taken });
      made.append(...groups.values());
      if (drawing) drawing.replaceWith(made);
      else this.$root.prepend(made);
      drawing = made;
      this.listen(
        made,
        points.map((point) => groups.get(point)!),
      );
    },

    axes(x: Scale, y: Scale, width: number, height: number): SVGGElement {
      const bottom = height - MARGIN.bottom;
      const right = width - MARGIN.right;
      const { xLabel = "", yLabel = "", xUnit = "", yUnit = "" } = this.$root.dataset;
      const group = svg("g", { "aria-hidden": "true" });
      for (const tick of y.ticks) {
        const at = y.place(tick);
        group.append(svg("path", { class: "chart-grid", d: `M${MARGIN.left} ${at}H${right}` }));
        group.append(
          svg(
            "text",
            { x: MARGIN.left - 8, y: at + 4, "text-anchor": "end" },
            `${short(tick)}${yUnit === "×" ? "×" : ""}`,
          ),
        );
      }
      for (const tick of x.ticks) {
        group.append(svg("text", { x: x.place(tick), y: bottom + 16, "text-anchor": "middle" }, short(tick)));
      }
      group.append(svg("path", { class: "chart-axis", d: `M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}` }));
      group.append(
        svg("text", { x: right, y: height - 6, "text-anchor": "end" }, xUnit ? `${xLabel}, ${xUnit} →` : `${xLabel} →`),
      );
      group.append(svg("text", { x: 2, y: 12 }, `↑ ${yLabel}`));
      return group;
    },

    front(x: Scale, y: Scale): SVGPathElement {
      const places = points.filter((point) => point.pareto).map((point) => `${x.place(point.x)} ${y.place(point.y)}`);
      return svg("path", { class: "chart-front", d: places.length > 1 ? `M${places.join("L")}` : "" });
    },

    point(point: Point, x: Scale, y: Scale): SVGGElement {
      const [cx, cy] = [x.place(point.x), y.place(point.y)];
      const state = point.chosen ? ", chosen" : point.pareto ? ", on the Pareto front" : "";
      const words = this.rows(point)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ");
      const group = svg("g", {
        class: `chart-point group-${point.group}${point.chosen ? " is-chosen" : ""}`,
        role: point.url ? "link" : "img",
        tabindex: -1,
        "aria-label": `${point.label}: ${words}${state}`,
      });
      const [left, right] = [x.place(point.xLow ?? point.x), x.place(point.xHigh ?? point.x)];
      const [low, high] = [y.place(point.yLow ?? point.y), y.place(point.yHigh ?? point.y)];
      group.append(svg("path", { class: "chart-interval", d: `M${left} ${cy}H${right}M${cx} ${low}V${high}` }));
      group.append(svg("circle", { cx, cy, r: point.chosen ? 8 : 5 }));
      return group;
    },

    /** Write the name of a point where there is room for it: of those on the front, or of all where there is none. */
    name(
      group: SVGGElement,
      point: Point,
      { x, y, width, taken }: { x: Scale; y: Scale; width: number; taken: Box[] },
    ): void {
      if (!point.pareto && !point.chosen && !("plain" in this.$root.dataset)) return;
      const long = point.label.length * 6.4 + (point.chosen ? 8 : 0);
      const [cx, cy] = [x.place(point.x), y.place(point.y)];
      const gap = point.chosen ? 13 : 9;
      const spots: Box[] = [
        { x: cx + gap, y: cy - 16, width: long, height: 14 },
        { x: cx - gap - long, y: cy - 16, width: long, height: 14 },
        { x: cx + gap, y: cy + 4, width: long, height: 14 },
        { x: cx - gap - long, y: cy + 4, width: long, height: 14 },
      ];
      const spot = spots.find(
        (box) => box.x >= MARGIN.left && box.x + long <= width && !taken.some((other) => overlap(box, other)),
      );
      if (!spot) return;
      taken.push(spot);
      group.append(svg("text", { x: spot.x, y: spot.y + 11, "aria-hidden": "true" }, point.label));
    },

    listen(made: SVGSVGElement, groups: SVGGElement[]): void {
      const tip = this.$refs["tip"]!;
      groups.find((_, index) => points[index]!.chosen || index === groups.length - 1)!.setAttribute("tabindex", "0");
      groups.forEach((group, index) => {
        const point = points[index]!;
        const show = (): void => showTip(tip, group.querySelector("circle")!, point.label, this.rows(point));
        const hide = (): void => {
          tip.hidden = true;
        };
        group.addEventListener("pointerenter", show);
        group.addEventListener("focus", show);
        group.addEventListener("pointerleave", hide);
        group.addEventListener("blur", hide);
        group.addEventListener("click", () => point.url && location.assign(point.url));
      });
      made.addEventListener("keydown", (event) => {
        const now = groups.indexOf(document.activeElement as unknown as SVGGElement);
        const goals: Record<string, number> = {
          ArrowRight: now + 1,
          ArrowUp: now + 1,
          ArrowLeft: now - 1,
          ArrowDown: now - 1,
          Home: 0,
          End: -1,
        };
        const goal = goals[event.key];
        if (event.key === "Enter" && points[now]?.url) location.assign(points[now].url);
        if (goal === undefined || now < 0) return;
        event.preventDefault();
        groups[now]!.setAttribute("tabindex", "-1");
        const next = groups.at(goal % groups.length)!;
        next.setAttribute("tabindex", "0");
        next.focus();
      });
    },
  };
});

/** 1000 is 1k on an axis. */
function short(value: number): string {
  return Math.abs(value) >= 10_000 ? `${Number((value / 1000).toPrecision(4))}k` : String(value);
}
