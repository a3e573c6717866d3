/** Series that come up while the page is open, an algorithm that is used for the first time: their charts are made anew. */
import { TimeSeries } from "../charts/time_series.ts";

const PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 600_000;

const namesOf = (chart: Element): string =>
  [...chart.querySelectorAll<HTMLElement>("[data-series]")].map(({ dataset }) => dataset["series"]).join();

const seriesOf = (root: HTMLElement): Set<string> => new Set(root.dataset["known"]!.split(","));

export class Newcomers {
  private known: Set<string>;
  private waiting = false;
  private pauseMs = PAUSE_MS;
  private readonly made: (charts: TimeSeries[]) => void;

  /** @param root says which series it was made with. @param made called with charts that are new, or took the place of those with fewer lines */
  constructor(root: HTMLElement, made: (charts: TimeSeries[]) => void) {
    this.known = seriesOf(root);
    this.made = made;
  }

  /** Look at the names of a sample. */
  see(names: string[]): void {
    if (this.waiting || names.every((name) => this.known.has(name))) return;
    this.waiting = true;
    setTimeout(() => void this.renew(), this.pauseMs);
  }

  private async renew(): Promise<void> {
    const answer = await fetch(location.pathname + location.search).catch(() => null);
    this.waiting = false;
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.known = seriesOf(page.querySelector<HTMLElement>("[data-metrics]")!);
    const made: TimeSeries[] = [];
    for (const chart of page.querySelectorAll("[data-metrics] .chart")) {
      const old = document.getElementById(chart.id);
      if (old && (namesOf(old) === namesOf(chart) || old.contains(document.activeElement))) continue;
      const next = document.importNode(chart, true);
      if (old) old.replaceWith(next);
      else document.getElementById(chart.previousElementSibling?.id ?? "")?.after(next);
      if (!next.isConnected) continue;
      made.push(new TimeSeries(next.querySelector<HTMLElement>("[data-time-series]")!));
    }
    // What is on no chart is asked for again, but not all the time.
    this.pauseMs = made.length ? PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
    if (made.length) this.made(made);
  }
}
