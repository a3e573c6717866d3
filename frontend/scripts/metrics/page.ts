/** The page of metrics: the address says what is shown, and everything that somebody does changes the address. */
import { between, clock as timeOf } from "../charts/series/words.ts";
import { timeSeries, type TimeSeries } from "../charts/time_series.ts";
import { problemText, ProblemError, signIn } from "../lib/http.ts";
import { subscribe, type LiveState } from "../lib/live_metrics.ts";
import { Again } from "./again.ts";
import { isoOf, momentOf, readAddress, toggled, writeAddress, type Range, type State } from "./address.ts";
import { renewHead } from "./cards.ts";
import { abridged, exportUrl, history, type Source } from "./history.ts";
import { Loading } from "./loading.ts";
import { Newcomers } from "./newcomers.ts";
import { MomentPanel } from "./moment.ts";
import { around, renewalS, settled, windowOf, type Window } from "./ranges.ts";
import { Strip } from "./strip.ts";

const OVERVIEW = "system.cpu_percent";
const EVERYTHING = ["*"];
const EVERY_MS = 1000;
/** Samples that come one by one leave nothing out but what was missed meanwhile. */
const MISSED_S = 4;
/** Where none come the history is asked: it may have them. */
const SILENT_S = 5;
/** Samples may wait for a busy database. */
const LATE_S = 30;
const WAITS_MS = 3000;
const TROUBLES: Record<LiveState, string> = {
  live: "",
  paused: "",
  waiting: "No live connection: trying again",
  polling: "No live connection: asking every two seconds",
  refused: "The live connection was refused",
};

export class MetricsPage {
  private readonly root: HTMLElement;
  private charts: TimeSeries[];
  private readonly usual = new Map<string, boolean>();
  private readonly panel: MomentPanel;
  private readonly strip: Strip;
  private readonly skew: number;
  private state: State = readAddress(location.search);
  private shown: Loading | null = null;
  private next: Loading | null = null;
  private readonly again = new Again(() => this.load());
  private newest = 0;
  private drawnAt = 0;
  private silent = false;
  private troubled: ReturnType<typeof setTimeout> | undefined;
  private readonly newcomers: Newcomers;
  private overview: { all: Window; asking: AbortController; at: number } | null = null;

  constructor(root: HTMLElement) {
    this.root = root;
    this.skew = Number(root.dataset["now"]) - Date.now() / 1000;
    this.charts = timeSeries(root);
    this.learn(this.charts);
    this.newcomers = new Newcomers(root, (charts) => this.renewed(charts));
    this.panel = new MomentPanel(document.querySelector<HTMLDialogElement>("#moment")!, {
      closed: () => this.look(null),
      found: (t) => this.at(t),
    });
    this.strip = new Strip(root.querySelector<HTMLElement>("#strip")!, (window) => this.goTo(window));
    renewHead("metrics-now", document.querySelector<HTMLElement>("#now-trouble")!);
    this.listen();
    this.apply();
    subscribe(EVERYTHING, EVERY_MS, {
      sample: ({ t, machine, metrics }) => {
        this.root.dataset["machine"] ||= machine ?? "";
        if (!machine || this.machine === machine) this.take(Date.parse(t) / 1000, metrics);
      },
      state: (state) => this.liveIs(state),
    });
    setInterval(() => this.tick(), EVERY_MS);
  }

  /** What of the lines is shown when nobody said anything else. */
  private learn(charts: TimeSeries[]): void {
    for (const { legend } of charts) {
      const names = new Set(legend.shown.map(({ name }) => name));
      for (const { name } of legend.lines) this.usual.set(name, names.has(name));
    }
  }

  /** Charts have lines that they had not. */
  private renewed(made: TimeSeries[]): void {
    this.learn(made);
    const gone = this.charts.filter(({ root }) => !root.isConnected);
    for (const chart of gone) chart.destroy();
    this.charts = [...this.charts.filter((chart) => !gone.includes(chart)), ...made];
    for (const { legend } of made) legend.choose((name) => this.isShown(name));
    this.mark();
    this.draw();
  }

  private isShown(name: string): boolean {
    const { show, hide } = this.state;
    return !hide.has(name) && (show.has(name) || (this.usual.get(name) ?? false));
  }

  private take(t: number, values: Record<string, number>): void {
    const missed = this.newest > 0 && t - this.newest > MISSED_S;
    this.newest = Math.max(this.newest, t);
    this.newcomers.see(Object.keys(values));
    for (const loading of new Set([this.shown, this.next])) {
      if (!loading || this.state.range.mode !== "live") continue;
      loading.table.add(t, values);
      loading.table.trim(t - this.state.range.seconds - 60);
    }
    if (this.state.range.mode !== "live") return;
    if (missed && !this.next && !this.again.waits) this.load();
    this.draw();
  }

  private liveIs(state: LiveState): void {
    clearTimeout(this.troubled);
    // A connection takes a moment.
    if (state === "waiting") this.troubled = setTimeout(() => this.sayLive(TROUBLES[state]), WAITS_MS);
    else this.sayLive(TROUBLES[state]);
  }

  private sayLive(words: string): void {
    const place = this.root.querySelector("#live-trouble")!;
    if (place.textContent !== words) place.textContent = words;
  }

  /** Connected, and yet nothing comes: say so, and look whether it was stored all the same. */
  private checkSilence(): void {
    const silent = this.newest > 0 && this.clock - this.newest > SILENT_S;
    if (silent) this.sayLive(`No live sample since ${timeOf(this.newest)} UTC`);
    else if (this.silent) this.sayLive("");
    this.silent = silent;
    if (silent && this.isIdle(this.shown) && this.clock - this.shown.window[1] > SILENT_S) this.load();
  }

  /** Whose samples are shown: the first that says something, where there were none yet. */
  private get machine(): string {
    return this.root.dataset["machine"] ?? "";
  }

  private source(name: "history" | "export"): Source {
    return { url: this.root.dataset[name]!, machine: this.machine };
  }

  /** The server's time. */
  private get clock(): number {
    return Date.now() / 1000 + this.skew;
  }

  private get now(): number {
    // The newest sample stands at the edge; where none comes, time goes on.
    return this.newest && Math.abs(this.clock - this.newest) < 3 ? this.newest : Math.floor(this.clock);
  }

  private get window(): Window {
    return windowOf(this.state.range, this.now);
  }

  private listen(): void {
    const on = <T>(name: string, act: (detail: T, target: HTMLElement) => void): void =>
      this.root.addEventListener(name, (event) => {
        event.preventDefault();
        act((event as CustomEvent<T>).detail, event.target as HTMLElement);
      });
    on<{ from: number; to: number }>("series:range", ({ from, to }) => this.goTo([from, to]));
    on("series:back", () => this.goBack());
    on<{ t: number; name: string }>("series:moment", ({ t, name }, target) => this.look(t, target, name));
    on<{ name: string; shown: boolean }>("series:toggle", ({ name, shown }) => this.toggle(name, shown));
    on<{ names: string[] }>("series:seen", ({ names }) => this.want(names));
    this.root.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-range]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.go(readAddress(new URL(link.href).search).range);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = (name: string): number | null => momentOf(new FormData(this.form).get(name) as string);
      const [from, to] = [field("from"), field("to")];
      if (from === null || to === null || to <= from) return this.fail("The window has to begin before it ends.");
      this.form.closest("details")!.open = false;
      this.goTo([from, to]);
    });
    const chooser = this.root.querySelector<HTMLSelectElement>("#machine");
    chooser?.addEventListener("change", () => {
      // It has other charts.
      location.assign(location.pathname + writeAddress({ ...this.state, machine: chooser.value }));
    });
    addEventListener("popstate", () => {
      this.state = readAddress(location.search);
      this.apply();
    });
    this.download.addEventListener("pointerdown", () => this.link());
    this.download.addEventListener("keydown", () => this.link());
    this.download.addEventListener("click", () => this.link());
  }

  private get form(): HTMLFormElement {
    return this.root.querySelector("form")!;
  }

  private get download(): HTMLAnchorElement {
    return document.querySelector<HTMLAnchorElement>("#metrics-csv")!;
  }

  // Where to

  private goTo(window: Window): void {
    const [from, to] = settled(window, this.now);
    this.go({ mode: "fixed", from, to });
  }

  private go(range: Range): void {
    const depth = Number((history_().metrics as number | undefined) ?? 0) + 1;
    this.state = { ...this.state, range };
    window.history.pushState({ metrics: depth }, "", location.pathname + writeAddress(this.state));
    this.apply();
  }

  private goBack(): void {
    if (this.state.at !== null) return this.look(null);
    if (history_().metrics) window.history.back();
    else if (this.state.range.mode === "fixed") this.go({ mode: "live", seconds: 300 });
  }

  private keep(): void {
    window.history.replaceState(window.history.state, "", location.pathname + writeAddress(this.state));
  }

  private toggle(name: string, shown: boolean): void {
    this.state = toggled(this.state, name, shown, this.usual.get(name) ?? false);
    this.keep();
    if (shown) this.want([name]);
  }

  private at(t: number | null): void {
    this.state = { ...this.state, at: t };
    this.keep();
    this.mark();
  }

  private look(t: number | null, opener: HTMLElement | null = null, name = OVERVIEW): void {
    this.at(t);
    if (t === null) this.panel.close();
    else void this.panel.open({ t, stepS: this.shown?.stepS ?? 1, metric: name, machine: this.machine }, opener);
  }

  private mark(): void {
    for (const chart of this.charts) chart.lookAt(this.state.at);
  }

  // What is shown

  private apply(): void {
    const { at } = this.state;
    for (const { legend } of this.charts) legend.choose((name) => this.isShown(name));
    this.mark();
    if (at === null) this.panel.close();
    else void this.panel.open({ t: at, stepS: 1, metric: OVERVIEW, machine: this.machine }, null);
    this.controls();
    this.load();
    this.renewOverview(true);
  }

  private load(): void {
    this.again.begins();
    this.next?.stop();
    const raw = this.state.range.mode === "live";
    const loading: Loading = new Loading(this.source("history"), this.window, raw, this.clock, {
      loaded: () => {
        if (this.next === loading) [this.shown, this.next] = [loading, null];
        // A part of it may have failed before.
        if (!this.again.waits) {
          this.again.worked();
          this.fail("");
        }
        this.draw();
      },
      failed: (error) => this.failed(error),
    });
    this.next = loading;
    this.want(this.charts.flatMap((chart) => (chart.seen ? chart.names : [])));
  }

  /** Nothing is on its way, nor waits for its turn. */
  private isIdle(shown: Loading | null): shown is Loading {
    return !!shown && !this.next && !this.again.waits;
  }

  private want(names: string[]): void {
    (this.next ?? this.shown)?.want(names);
  }

  private draw(): void {
    const loading = this.shown;
    if (!loading) return;
    this.drawnAt = performance.now();
    // A window that is on its way is not drawn with the figures of another.
    const [from, to] = this.next || this.state.range.mode === "recent" ? loading.window : this.window;
    for (const chart of this.charts) chart.show({ from, to, stepS: loading.stepS }, loading.table);
    const all = this.overview?.all;
    this.strip.show(all && this.window[1] <= all[1] ? all : around(this.window, this.now), this.window);
  }

  private tick(): void {
    if (document.hidden) return;
    const { range } = this.state;
    if (range.mode === "live") {
      this.checkSilence();
      if (performance.now() - this.drawnAt > 1500) this.draw();
    }
    if (this.isIdle(this.shown) && this.clock - this.shown.askedAt > this.renewalS(this.shown)) this.load();
    if (this.overview && this.now - this.overview.at > 30) this.renewOverview(false);
  }

  /** After how long a window is asked for anew; one that has just ended until what is stored late is there. */
  private renewalS({ window: [, to], askedAt }: Loading): number {
    const { range } = this.state;
    if (range.mode === "recent") return renewalS(range.seconds);
    return range.mode === "fixed" && askedAt - to < LATE_S ? SILENT_S : Infinity;
  }

  private controls(): void {
    const { range } = this.state;
    const queryOf = (range: Range): string =>
      writeAddress({ range, machine: null, at: null, show: new Set(), hide: new Set() });
    for (const link of this.root.querySelectorAll<HTMLAnchorElement>("a[data-range]")) {
      if (queryOf(readAddress(new URL(link.href).search).range) === queryOf(range)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const [from, to] = this.window;
    const field = (name: string, t: number): void => {
      this.form.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = isoOf(Math.round(t)).slice(0, 19);
    };
    field("from", from);
    field("to", to);
    const words = range.mode === "live" ? "Live, once a second" : between(from, to);
    this.root.querySelector("#range-words")!.textContent = words;
  }

  private renewOverview(anew: boolean): void {
    const all = around(this.window, this.now);
    this.overview?.asking.abort();
    const asking = new AbortController();
    this.overview = { all, asking, at: this.now };
    this.strip.show(all, this.window);
    if (anew) this.strip.figures(1, { t: [], low: [], mean: [], high: [] });
    history(this.source("history"), [OVERVIEW], all, "auto", asking.signal)
      .then(({ stepS, points }) => this.strip.figures(stepS, points.get(OVERVIEW)!))
      // The charts say why.
      .catch(() => {});
  }

  private link(): void {
    if (!this.shown) return;
    const names = this.charts.flatMap((chart) => chart.names);
    const [from, to] = this.state.range.mode === "live" ? this.window : this.shown.window;
    const short = abridged(names, this.root.dataset["known"]!.split(","));
    this.download.href = exportUrl(this.source("export"), short, [from, to], this.shown.stepS);
  }

  private failed(error: unknown): void {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    if (problem.status === 401) return signIn();
    this.next = null;
    this.again.failed(problem.status);
    this.fail([problem.title, problemText(problem)].filter(Boolean).join(": "), problem.request_id);
  }

  private fail(words: string, requestId?: string): void {
    const place = this.root.querySelector<HTMLElement>("#history-trouble")!;
    place.hidden = !words;
    place.querySelector("span")!.textContent = words ? `${words}${requestId ? ` (request ${requestId})` : ""}` : "";
  }
}

const history_ = (): Record<string, unknown> => (window.history.state as Record<string, unknown> | null) ?? {};
