/** The legend of a chart of time: which lines it has, which are shown, and what each is at the crosshair. */
import type { Line } from "./plot.ts";
import type { Strokes } from "./table.ts";
import { clock, moment, words } from "./words.ts";

export class LegendOf {
  readonly lines: Line[];
  private readonly buttons: HTMLButtonElement[];
  private readonly time: HTMLElement | null;

  /** @param changed called when a line is shown or hidden */
  constructor(frame: HTMLElement, changed: () => void) {
    this.buttons = [...frame.querySelectorAll<HTMLButtonElement>("button[data-series]")];
    this.time = frame.querySelector(".series-time");
    this.lines = this.buttons.map((button) => ({
      name: button.dataset["series"]!,
      label: button.querySelector(".series-label")!.textContent.trim(),
      token: button.dataset["token"] ?? "--accent",
      dash: (button.dataset["dash"] ?? "").split(" ").filter(Boolean).map(Number),
    }));
    for (const button of this.buttons) {
      button.addEventListener("click", () => {
        const shown = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(shown));
        changed();
        const detail = { name: button.dataset["series"], shown };
        button.dispatchEvent(new CustomEvent("series:toggle", { bubbles: true, detail }));
      });
    }
  }

  get shown(): Line[] {
    return this.lines.filter((_, index) => this.buttons[index]!.getAttribute("aria-pressed") === "true");
  }

  /** Show or hide lines without telling anybody: the address says so. */
  choose(isShown: (name: string) => boolean): void {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(isShown(button.dataset["series"]!)));
  }

  /** Say what each line is at a place, or lately where the crosshair is nowhere. */
  say({ t: times, series }: { t: number[]; series: Strokes[] }, at: number | null, unit: string): void {
    const names = this.shown.map(({ name }) => name);
    if (this.time) {
      const t = at === null ? undefined : times[at];
      this.time.textContent = t === undefined ? "" : clock(t);
      this.time.title = t === undefined ? "" : moment(t);
    }
    for (const button of this.buttons) {
      const points = series[names.indexOf(button.dataset["series"]!)];
      button.querySelector("output")!.textContent = points ? wordsAt(points, at, unit) : "";
    }
  }
}

function wordsAt({ low, mean, high }: Strokes, at: number | null, unit: string): string {
  // What is read seldom is what it was the last time.
  let place = at ?? mean.length - 1;
  while (place > 0 && (at === null ? (mean[place] ?? null) === null : mean[place] === undefined)) place -= 1;
  const value = words(mean[place], unit);
  const [least, most] = [low[place] ?? null, high[place] ?? null];
  if (at === null || least === most || least === null || most === null) return value;
  return `${value} (${words(least, unit)} – ${words(most, unit)})`;
}
