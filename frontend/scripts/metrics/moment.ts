/** The panel "What happened at 14:03:27": the jobs that ran then and the processes that took most. */
import { clock, day, moment as wordsOf } from "../charts/series/words.ts";
import { percent, size } from "../lib/format.ts";
import { getJson, problemText, ProblemError } from "../lib/http.ts";
import { isoOf } from "./address.ts";
import { callOf, resolutionOf } from "./history.ts";

export interface RunningJob {
  id: string;
  kind: string;
  title: string;
  algorithm?: string | null;
  step?: string | null;
}

export interface RunningProcess {
  name: string;
  pid: number;
  cpu_percent: number;
  memory_bytes: number;
}

/** A point of a graph: the metric's highest second in it is meant. */
export interface Asked {
  t: number;
  stepS: number;
  metric: string;
  machine: string;
}

export interface Moment {
  t: string;
  resolution: string;
  cpu_percent: number | null;
  jobs: RunningJob[];
  processes: RunningProcess[];
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const paragraph = (text: string): HTMLElement => element("p", { class: "muted" }, text);

function jobList(jobs: RunningJob[]): HTMLElement {
  if (!jobs.length) return paragraph("No job ran.");
  const items = jobs.map(({ id, kind, title, algorithm, step }) => {
    const words = [kind, algorithm, step].filter(Boolean).join(" · ");
    const name = title ? element("a", { href: `/jobs/${encodeURIComponent(id)}` }, title) : "A job that is deleted";
    return element("li", {}, name, element("div", { class: "muted small" }, words));
  });
  return element("ul", { class: "reasons" }, ...items);
}

function processTable(processes: RunningProcess[]): HTMLElement {
  if (!processes.length) return paragraph("No process of the platform was busy.");
  const number = { class: "number" };
  const heads = [
    element("th", { scope: "col" }, "Process"),
    element("th", { scope: "col", ...number }, "Processor"),
    element("th", { scope: "col", ...number }, "Memory"),
  ];
  const rows = processes.map(({ name, pid, cpu_percent, memory_bytes }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, name, " ", element("span", { class: "muted small" }, String(pid))),
      element("td", number, percent(cpu_percent / 100)),
      element("td", number, size(memory_bytes)),
    ),
  );
  const caption = element("caption", { class: "visually-hidden" }, "Processes that took most, of one core");
  const head = element("thead", {}, element("tr", {}, ...heads));
  return element("table", { class: "table" }, caption, head, element("tbody", {}, ...rows));
}

export interface Told {
  /** The second that it is known of. */
  found(t: number): void;
  /** It was closed by its reader. */
  closed(): void;
}

export class MomentPanel {
  private readonly panel: HTMLDialogElement;
  private readonly url: string;
  private readonly told: Told;
  private opener: HTMLElement | null = null;
  private asking: AbortController | null = null;

  constructor(panel: HTMLDialogElement, told: Told) {
    this.panel = panel;
    this.url = panel.dataset["url"]!;
    this.told = told;
    panel.querySelector("[data-close]")!.addEventListener("click", () => this.close(true));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close(true);
    });
  }

  /** Close; by its reader, the focus goes back to where it was opened. */
  close(byReader = false): void {
    this.asking?.abort();
    if (!this.panel.open) return;
    this.panel.close();
    if (!byReader) return;
    this.opener?.focus({ preventScroll: true });
    this.told.closed();
  }

  async open({ t, stepS, metric, machine }: Asked, opener: HTMLElement | null): Promise<void> {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    this.opener = opener;
    this.title.textContent = `What happened at ${clock(t)}`;
    this.fill(paragraph(`${day(t)}, UTC`), paragraph("Looking …"));
    this.panel.show();
    this.title.focus({ preventScroll: true });
    try {
      const call = callOf({ url: this.url, machine }, { t: isoOf(t), resolution: resolutionOf(stepS), metric });
      this.tell(await getJson<Moment>(call, asking.signal), t, stepS);
    } catch (error) {
      if (!asking.signal.aborted) this.fail(error, t);
    }
  }

  private get title(): HTMLElement {
    return this.panel.querySelector("h2")!;
  }

  private fill(...parts: Node[]): void {
    this.panel.querySelector(".moment-body")!.replaceChildren(...parts);
  }

  private tell({ t: when, jobs, processes, resolution, cpu_percent }: Moment, asked: number, stepS: number): void {
    const t = Date.parse(when) / 1000;
    const looked = stepS > 1 ? `, the highest second of the ${resolutionOf(stepS)} at ${clock(asked)}` : "";
    const coarse = resolution === "raw" ? "" : ` Seconds are not kept any more: this is the busiest of its ${resolution}.`;
    const busy = cpu_percent === null ? "" : ` Processor ${percent(cpu_percent / 100)}.`;
    this.title.textContent = `What happened at ${clock(t)}`;
    this.told.found(t);
    this.fill(
      paragraph(`${wordsOf(t)}${looked}.${busy}${coarse}`),
      element("h3", {}, "Jobs that ran"),
      jobList(jobs),
      element("h3", {}, "Top processes"),
      processTable(processes),
    );
  }

  private fail(error: unknown, t: number): void {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    const words = problem.status === 404 ? `Nothing is kept of ${wordsOf(t)}.` : `${problem.title}. ${problemText(problem)}`;
    this.fill(element("p", { role: "alert" }, words));
  }
}
