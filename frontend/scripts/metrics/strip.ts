/** The strip below the toolbar: a longer stretch of time, and the window in it, to be moved and drawn. */
import { area, path } from "../charts/series/pictures.ts";
import { withGaps, type Points } from "../charts/series/table.ts";
import { day, moment, tickWords } from "../charts/series/words.ts";
import { svg } from "../lib/svg.ts";
import { brushed, type Window } from "./ranges.ts";

type Part = "from" | "to" | "both";

const HEIGHT = 54;
const FLOOR = 38;
const EDGE_PX = 26;
const TICKS = [60, 300, 900, 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400, 91 * 86_400];

/** Round moments, at most so many. */
export function ticks([from, to]: Window, most: number): { at: number[]; apartS: number } {
  const apartS = TICKS.find((step) => (to - from) / step <= most) ?? 365 * 86_400;
  const at: number[] = [];
  for (let t = Math.ceil(from / apartS) * apartS; t <= to; t += apartS) at.push(t);
  return { at, apartS };
}

/** 14:00; 28 Nov where a day begins; Nov 2026 */
function tick(t: number, apartS: number): string {
  if (apartS > 31 * 86_400) return day(t).replace(/^\d+ /, "");
  return t % 86_400 === 0 ? day(t).slice(0, -5) : tickWords(t, t, apartS);
}

export class Strip {
  private readonly root: HTMLElement;
  private readonly brush: HTMLElement;
  private readonly moved: (window: Window) => void;
  private all: Window = [0, 1];
  private window: Window = [0, 1];
  private points: { stepS: number; points: Points } | null = null;
  private dragging = false;

  /** @param moved called with the window that was chosen */
  constructor(root: HTMLElement, moved: (window: Window) => void) {
    this.root = root;
    this.moved = moved;
    this.brush = root.querySelector<HTMLElement>(".strip-brush")!;
    for (const part of root.querySelectorAll<HTMLElement>("[data-part]")) this.movable(part, part.dataset["part"] as Part);
    new ResizeObserver(() => this.draw()).observe(root);
  }

  /** Show a window in a longer stretch; while somebody moves it, only the figures are new. */
  show(all: Window, window: Window): void {
    if (this.dragging) return;
    [this.all, this.window] = [all, window];
    this.place();
    this.draw();
  }

  figures(stepS: number, points: Points): void {
    this.points = { stepS, points };
    this.draw();
  }

  private get width(): number {
    return this.root.clientWidth;
  }

  private x(t: number): number {
    const [from, to] = this.all;
    return ((t - from) / (to - from)) * this.width;
  }

  private place(): void {
    const [from, to] = this.window.map((t) => this.x(t)) as Window;
    this.brush.style.left = `${from}px`;
    this.brush.style.width = `${Math.max(2, to - from)}px`;
    for (const part of this.root.querySelectorAll<HTMLElement>("[data-part]")) {
      const [t, words] = part.dataset["part"] === "to" ? [this.window[1], ""] : [this.window[0], ""];
      part.setAttribute("aria-valuemin", String(Math.round(this.all[0])));
      part.setAttribute("aria-valuemax", String(Math.round(this.all[1])));
      part.setAttribute("aria-valuenow", String(Math.round(t)));
      const both = part.dataset["part"] === "both" ? `${moment(this.window[0])} to ${moment(this.window[1])}` : words;
      part.setAttribute("aria-valuetext", both || moment(t));
    }
  }

  private draw(): void {
    if (!this.width) return;
    const old = this.root.querySelector("svg");
    const made = svg("svg", { width: this.width, height: HEIGHT, "aria-hidden": "true" });
    const x = (t: number): number => this.x(t);
    if (this.points) {
      const { points, stepS } = this.points;
      const highest = Math.max(1, ...points.high.map((value) => value ?? 0));
      const y = (value: number): number => FLOOR - (value / highest) * (FLOOR - 4);
      const { t, series } = withGaps([points], stepS);
      made.append(
        svg("path", { class: "strip-band", d: area(t, series[0]!, x, y) }),
        svg("path", { class: "strip-line", d: path(t, series[0]!.mean, x, y) }),
      );
    }
    const { at, apartS } = ticks(this.all, Math.max(2, Math.floor(this.width / 90)));
    for (const t of at) {
      made.append(
        svg("path", { class: "strip-tick", d: `M${x(t)} ${FLOOR}v4` }),
        svg("text", { x: x(t), y: HEIGHT - 2, "text-anchor": this.anchor(x(t)) }, tick(t, apartS)),
      );
    }
    if (old) old.replaceWith(made);
    else this.root.prepend(made);
  }

  /** Words at the edges stay within them. */
  private anchor(x: number): string {
    if (x < EDGE_PX) return "start";
    return x > this.width - EDGE_PX ? "end" : "middle";
  }

  private movable(element: HTMLElement, part: Part): void {
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      this.drag(element, part, event.clientX);
    });
    element.addEventListener("keydown", (event) => {
      const step = (this.window[1] - this.window[0]) / (event.shiftKey ? 1 : 10);
      const by: Record<string, number> = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step };
      const [first, last] = this.all;
      Object.assign(by, { Home: first - last, End: last - first });
      if (by[event.key] === undefined) return;
      event.preventDefault();
      this.window = brushed(this.window, part, by[event.key]!, this.all);
      this.place();
      this.moved(this.window);
    });
  }

  private drag(element: HTMLElement, part: Part, begun: number): void {
    const before = this.window;
    this.dragging = true;
    const move = (event: PointerEvent): void => {
      const by = ((event.clientX - begun) / this.width) * (this.all[1] - this.all[0]);
      this.window = brushed(before, part, by, this.all);
      this.place();
    };
    const end = (): void => {
      element.removeEventListener("pointermove", move);
      this.dragging = false;
      if (this.window !== before) this.moved(this.window);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("lostpointercapture", end, { once: true });
  }
}
