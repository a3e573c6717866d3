import { component } from "./lib/component.ts";
import { duration, progress, significant, size } from "./lib/format.ts";
import { problemText, signIn, type Problem } from "./lib/http.ts";
import { Speed } from "./lib/speed.ts";
import { outputName, queryOf, ratioOf, type Field, type Operation } from "./lib/streaming.ts";
import { streamFile as send } from "./streaming.ts";

type State = "" | "open" | "done" | "failed" | "cancelled";

const HEADINGS: Record<State, string> = {
  "": "",
  open: "Under way",
  done: "Done",
  failed: "It failed",
  cancelled: "Cancelled. The server has stopped, and nothing was kept.",
};

/** A form as it stands. */
function* fieldsOf(form: HTMLFormElement): Generator<Field> {
  for (const item of form.elements) {
    if (item instanceof HTMLSelectElement) yield { name: item.name, value: item.value };
    if (!(item instanceof HTMLInputElement)) continue;
    if (item.type === "checkbox") yield { name: item.name, value: String(item.checked) };
    else if (item.type !== "radio" || item.checked) yield { name: item.name, value: item.value };
  }
}

/** Send a file straight through and save what comes back; see templates/compression/stream.html. */
export const streamFile = component(() => {
  let file: File | null = null;
  let under: AbortController | null = null;
  let began = 0;
  let saved = "";
  let speeds = { sent: new Speed(), received: new Speed() };
  const warn = (event: BeforeUnloadEvent): void => {
    if (under) event.preventDefault();
  };
  return {
    over: false,
    chosenName: "",
    chosenSize: "",
    problem: "",
    state: "" as State,
    sentShare: 0,
    sentFigures: "",
    receivedFigures: "",
    errorTitle: "",
    errorDetail: "",
    errorId: "",
    broken: false,
    inText: "",
    outText: "",
    ratioText: "",
    tookText: "",
    saveLabel: "",

    init(): void {
      window.addEventListener("beforeunload", warn);
    },

    destroy(): void {
      window.removeEventListener("beforeunload", warn);
      under?.abort();
      this.forget();
    },

    get form(): HTMLFormElement {
      return this.$root as HTMLFormElement;
    },

    get operation(): Operation {
      return new FormData(this.form).get("operation") as Operation;
    },

    get open(): boolean {
      return this.state === "open";
    },

    get done(): boolean {
      return this.state === "done";
    },

    get failed(): boolean {
      return this.state === "failed";
    },

    get heading(): string {
      return HEADINGS[this.state];
    },

    browse(): void {
      this.$refs["file"]!.click();
    },

    chosen(event: Event): void {
      this.take((event.target as HTMLInputElement).files?.[0]);
    },

    enter(): void {
      this.over = true;
    },

    leave(event: DragEvent): void {
      if (!this.$root.querySelector(".drop-zone")!.contains(event.relatedTarget as Node | null)) this.over = false;
    },

    drop(event: DragEvent): void {
      this.over = false;
      this.take(event.dataTransfer?.files[0]);
    },

    /** Take a file; the snippets call it by its name. */
    take(chosen: File | undefined): void {
      if (!chosen) return;
      file = chosen;
      this.problem = "";
      this.chosenName = chosen.name;
      this.chosenSize = size(chosen.size);
      const named = this.form.querySelector<HTMLInputElement>("input[name=name]")!;
      named.value = chosen.name;
      named.dispatchEvent(new Event("change", { bubbles: true }));
    },

    start(event: SubmitEvent): void {
      event.preventDefault();
      if (under) return;
      if (!file) {
        this.problem = "Choose a file first.";
        return;
      }
      this.begin(file);
    },

    begin(source: File): void {
      const operation = this.operation;
      const url = `${this.$root.dataset["url"]}?${queryOf(fieldsOf(this.form))}`;
      this.forget();
      speeds = { sent: new Speed(), received: new Speed() };
      under = new AbortController();
      began = performance.now();
      this.state = "open";
      this.sentAre(0, source.size);
      this.receivedFigures = "when all is sent";
      this.bar.removeAttribute("value");
      send(url, source, under.signal, {
        sent: (bytes) => this.sentAre(bytes, source.size),
        received: (bytes, total) => this.receivedAre(bytes, total),
        done: (result, algorithm) => this.finish(operation, source, result, algorithm),
        failed: (problem) => this.fail(problem),
      });
    },

    get bar(): HTMLProgressElement {
      return this.$refs["received"] as HTMLProgressElement;
    },

    sentAre(bytes: number, total: number): void {
      speeds.sent.note(bytes, performance.now());
      this.sentShare = total ? bytes / total : 1;
      this.sentFigures = `${size(bytes)} · ${progress({ done: bytes, total, unit: "bytes", perSecond: speeds.sent.perSecond })}`;
    },

    receivedAre(bytes: number, total: number | null): void {
      speeds.received.note(bytes, performance.now());
      if (total) this.bar.value = bytes / total;
      const figures = progress({ done: bytes, total, unit: "bytes", perSecond: speeds.received.perSecond });
      this.receivedFigures = total ? `${size(bytes)} · ${figures}` : figures;
    },

    cancel(): void {
      under?.abort();
      under = null;
      this.state = "cancelled";
    },

    fail(problem: Problem): void {
      under = null;
      if (problem.status === 401) return signIn();
      this.state = "failed";
      this.errorTitle = problem.title;
      this.errorDetail = problemText(problem);
      this.errorId = problem.request_id ? `request ${problem.request_id}` : "";
      this.broken = problem.code === "broken_off";
    },

    finish(operation: Operation, source: File, result: Blob, algorithm: string): void {
      under = null;
      this.state = "done";
      const option = this.form.querySelector<HTMLOptionElement>(`option[value="${CSS.escape(algorithm)}"]`);
      const ratio = ratioOf(operation, source.size, result.size);
      this.inText = size(source.size);
      this.outText = size(result.size);
      this.ratioText = ratio === null ? "–" : significant(ratio);
      this.tookText = duration((performance.now() - began) / 1000);
      this.save(outputName(operation, source.name, option?.dataset["extension"] ?? ""), result);
    },

    /** Save it at once, and leave a link to do it again. */
    save(name: string, result: Blob): void {
      saved = URL.createObjectURL(result);
      const link = this.$refs["save"] as HTMLAnchorElement;
      Object.assign(link, { href: saved, download: name });
      this.saveLabel = `Save ${name} again`;
      link.click();
    },

    /** Let go of the last result. */
    forget(): void {
      if (saved) URL.revokeObjectURL(saved);
      saved = "";
    },
  };
});
