/**
 * Series over time: lines with the band of lowest and highest, one crosshair in all charts of the page, zoom by drag
 * and by keys. See templates/components/time_series.html; the page says what is shown, or the chart's own table does.
 *
 * Events, which bubble from the chart: `series:range` {from, to} and `series:back` (if nobody prevents the default,
 * the chart looks closer at what it has), `series:moment` {t, name} by click or Enter
 * with the line that is highest then, `series:toggle` {name, shown},
 `series:seen` {names} when it comes into sight.
 */
import type uPlot from "uplot";
import { svgPng, save } from "./export.ts";
import { asked, zoomed } from "./series/keys.ts";
import { LegendOf } from "./series/legend.ts";
import { csvText, svgText, type Shown } from "./series/pictures.ts";
import { columns, draw, pointAt, type Line } from "./series/plot.ts";
import { fillTable, tableOf } from "./series/rows.ts";
import { nearest, withGaps, type Strokes, type Table } from "./series/table.ts";
import { clock, moment, resolutionWords, words } from "./series/words.ts";

/** From when to when, in buckets of how many seconds. */
export interface View {
  from: number;
  to: number;
  stepS: number;
}

type Saved = "png" | "svg" | "csv";

const HEIGHT = 190;
const SHORTEST_S = 5;
/** A click may be the first half of a double one. */
const DOUBLE_MS = 250;

export class TimeSeries {
  readonly root: HTMLElement;
  readonly legend: LegendOf;
  readonly unit: string;
  private readonly frame: HTMLElement;
  private plot: uPlot | null = null;
  private source: Table | null = null;
  private view: View = { from: 0, to: 1, stepS: 1 };
  private home: View | null = null;
  private shape = "";
  private drawn: { t: number[]; series: Strokes[] } = { t: [], series: [] };
  private mark: number | null = null;
  private held: number | null = null;
  private inSight = false;
  private selectedAt = 0;
  private clicking: ReturnType<typeof setTimeout> | undefined;
  private readonly gone = new AbortController();

  constructor(root: HTMLElement) {
    this.root = root;
    this.frame = root.closest<HTMLElement>(".chart")!;
    this.unit = root.dataset["unit"] ?? "";
    this.legend = new LegendOf(this.frame, () => this.render());
    this.listen();
    const table = this.frame.querySelector<HTMLTableElement>(".chart-table table");
    const own = table && tableOf(table, this.legend.lines);
    if (own) {
      this.home = own.view;
      this.show(own.view, own.source);
    }
  }

  /** Show a window of a table; called again whenever there is more in it. */
  show(view: View, source: Table): void {
    [this.view, this.source] = [view, source];
    const badge = this.frame.querySelector(".chart-head .badge");
    if (badge) badge.textContent = resolutionWords(view.stepS);
    this.render();
  }

  /** It is not in the page any more. */
  destroy(): void {
    this.gone.abort();
    this.plot?.destroy();
    this.plot = null;
  }

  /** Draw a line at the moment that is looked at, or none. */
  lookAt(t: number | null): void {
    this.mark = t;
    this.plot?.redraw(false);
  }

  /** Somebody looks at it. */
  get seen(): boolean {
    return this.inSight;
  }

  /** The series that are shown. */
  get names(): string[] {
    return this.lines.map(({ name }) => name);
  }

  private get lines(): Line[] {
    return this.legend.shown;
  }

  private get banded(): boolean {
    return this.view.stepS > 1;
  }

  private get title(): string {
    return this.frame.querySelector("h2")?.textContent ?? "";
  }

  private render(): void {
    if (!this.source || !this.inSight) return;
    const { from, to, stepS } = this.view;
    // What stands just outside leads the lines to the edges.
    const points = this.lines.map(({ name }) => this.source!.of(name, from - stepS * 2, to + stepS));
    this.drawn = withGaps(points, stepS);
    const data = columns(this.drawn.t, this.drawn.series, this.banded);
    const shape = JSON.stringify([this.banded, this.lines]);
    if (this.plot && shape === this.shape) this.plot.setData(data);
    else this.redrawAll(data, shape);
    const known = points.some(({ mean }) => mean.some((value) => value !== null));
    this.root.classList.toggle("is-empty", !known);
    if (this.held !== null && this.plot) pointAt(this.plot, this.held);
    else this.legend.say(this.drawn, this.cursorAt, this.unit);
    this.fillTable();
  }

  private redrawAll(data: uPlot.AlignedData, shape: string): void {
    this.plot?.destroy();
    this.shape = shape;
    const picture = {
      lines: this.lines,
      unit: this.unit,
      banded: this.banded,
      height: Number(this.root.dataset["height"] ?? HEIGHT),
      range: (): [number, number] => [this.view.from, this.view.to],
      marked: () => this.mark,
    };
    this.plot = draw(this.root, data, picture, {
      moved: () => this.legend.say(this.drawn, this.cursorAt, this.unit),
      selected: (from, to) => {
        this.selectedAt = performance.now();
        this.ask(from, to);
      },
    });
    this.plot.over.addEventListener("click", () => this.clicked());
    this.plot.over.addEventListener("dblclick", () => {
      clearTimeout(this.clicking);
      this.back();
    });
  }

  /** Where the crosshair is in what is drawn; null where it is nowhere. */
  private get cursorAt(): number | null {
    const idx = this.plot?.cursor.idx;
    return idx === undefined || idx === null || (this.plot!.cursor.left ?? -1) < 0 ? null : idx;
  }

  private listen(): void {
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("blur", () => (this.held = null));
    this.root.addEventListener("chart:save", (event) => {
      event.preventDefault();
      void this.save((event as CustomEvent<{ kind: Saved }>).detail.kind);
    });
    this.root.addEventListener("chart:table", () => this.fillTable());
    addEventListener("themechange", () => this.plot?.redraw(false), { signal: this.gone.signal });
    new ResizeObserver(() => {
      const width = this.root.clientWidth;
      if (this.plot && width) this.plot.setSize({ width, height: this.plot.height });
    }).observe(this.root);
    new IntersectionObserver(
      ([entry]) => {
        this.inSight = entry!.isIntersecting;
        if (this.inSight) this.tell("series:seen", { names: this.names });
        this.render();
      },
      { rootMargin: "200px" },
    ).observe(this.frame);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.plot) return;
    const times = this.drawn.t;
    const at = this.held === null ? (this.cursorAt ?? -1) : nearest(times, this.held);
    const move = asked(event.key, at, times.length);
    if (!move) return;
    event.preventDefault();
    const { from, to } = this.view;
    if (move === "back") this.back();
    else if (move === "open") this.open(times[at < 0 ? times.length - 1 : at]!);
    else if ("zoom" in move) this.ask(...zoomed(from, to, at < 0 ? to : times[at]!, move.zoom));
    else {
      this.held = times[move.to]!;
      pointAt(this.plot, this.held);
      this.announce(move.to);
    }
  }

  private announce(at: number): void {
    const said = this.lines.map(
      ({ label }, index) => `${label} ${words(this.drawn.series[index]?.mean[at], this.unit)}`,
    );
    this.frame.querySelector(".series-said")!.textContent = `${clock(this.drawn.t[at]!)}: ${said.join(", ")}`;
  }

  private clicked(): void {
    const at = this.cursorAt;
    clearTimeout(this.clicking);
    // The end of a drag is no click.
    if (at === null || performance.now() - this.selectedAt < 300) return;
    const t = this.drawn.t[at]!;
    this.clicking = setTimeout(() => this.open(t), DOUBLE_MS);
  }

  private tell(name: string, detail: object): boolean {
    return this.root.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
  }

  private open(t: number): void {
    const at = nearest(this.drawn.t, t);
    const highs = this.drawn.series.map(({ high }) => high[at] ?? -Infinity);
    this.tell("series:moment", { t, name: this.names[highs.indexOf(Math.max(...highs))] });
  }

  private back(): void {
    if (this.tell("series:back", {}) && this.home && this.source) this.show(this.home, this.source);
  }

  private ask(from: number, to: number): void {
    if (to - from < SHORTEST_S) return;
    if (this.tell("series:range", { from, to }) && this.home && this.source)
      this.show({ ...this.view, from: Math.max(from, this.home.from), to: Math.min(to, this.home.to) }, this.source);
  }

  private fillTable(): void {
    const place = this.frame.querySelector<HTMLElement>(".chart-table")!;
    if (!place.hidden) fillTable(place, this.figures, this.title);
  }

  /** What is within the edges of the drawing. */
  private get figures(): Shown {
    const { from, to, stepS } = this.view;
    const y = this.plot?.scales["y"];
    const [low, high] = [y?.min ?? 0, y?.max ?? 1];
    return {
      title: this.title,
      note: resolutionWords(stepS),
      unit: this.unit,
      lines: this.lines,
      points: this.lines.map(({ name }) => this.source!.of(name, from, to)),
      stepS,
      banded: this.banded,
      from,
      to,
      low,
      high,
      width: Math.max(480, this.root.clientWidth),
      height: 300,
      ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => low + (high - low) * share),
    };
  }

  private async save(kind: Saved): Promise<void> {
    if (!this.source) return;
    const shown = this.figures;
    const name = `${this.frame.id}-${moment(shown.from).replaceAll(/[ ,:]+/g, "-")}`;
    if (kind === "csv") return save(new Blob([csvText(shown)], { type: "text/csv" }), `${name}.csv`);
    const text = svgText(shown, this.frame);
    if (kind === "svg") return save(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
    save(await svgPng(text, shown.width, shown.height), `${name}.png`);
  }
}

/** Every chart of time of the page, in order. */
export function timeSeries(within: ParentNode = document): TimeSeries[] {
  return [...within.querySelectorAll<HTMLElement>("[data-time-series]")].map((root) => new TimeSeries(root));
}
