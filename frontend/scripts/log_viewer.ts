import { component } from "./lib/component.ts";
import { count } from "./lib/format.ts";
import { socketUrl } from "./lib/http.ts";
import { ENDED } from "./job_progress.ts";
import { LastingSocket } from "./socket.ts";

interface Line {
  seq: number;
  text: string;
  stream?: string;
}

const LINE = 20; // px, as in the style
const MARGIN = 30; // lines drawn above and below the view
const MOST = 8_000_000 / LINE; // browsers give an element no more height than some ten million pixels

/** A log of which only the lines in view are in the page. */
export const logViewer = component(() => {
  let lines: Line[] = [];
  let matches: number[] = [];
  let socket: LastingSocket | undefined;
  let frame = 0;
  const space = document.createElement("div");
  return {
    following: true,
    typed: "",
    current: -1,
    length: 0,
    found: 0,
    ended: false,

    init(): void {
      const first = Number(this.$root.dataset["first"]);
      this.ended = "ended" in this.$root.dataset;
      const source = this.$refs["source"]!;
      const texts = (source.textContent ?? "").replace(/\n$/, "").split("\n");
      source.remove();
      this.view.append(space);
      this.append(texts.length === 1 && !texts[0] ? [] : texts.map((text, index) => ({ seq: first + index, text })));
      this.$root.addEventListener("log:append", (event) =>
        this.append((event as CustomEvent<{ lines: Line[] }>).detail.lines),
      );
      const job = this.$root.dataset["jobLog"];
      if (job) {
        // After a break, too, the stream begins with the lines that came after those of the page.
        const url = socketUrl(`/api/v1/jobs/${job}/stream?after=${lines.at(-1)?.seq ?? 0}`);
        socket = new LastingSocket(url, { message: (data) => this.hear(data) });
      }
      new ResizeObserver(() => this.plan()).observe(this.view);
    },

    destroy(): void {
      socket?.close();
    },

    get view(): HTMLElement {
      return this.$refs["window"]!;
    },

    /** Whether more lines can come. */
    get open(): boolean {
      return !this.ended;
    },

    get status(): string {
      if (!this.length) return this.ended ? "nothing was logged" : "nothing yet";
      if (!this.typed) return `${count(this.length)} ${this.length === 1 ? "line" : "lines"}`;
      return this.found ? `${this.current + 1} of ${count(this.found)} matches` : "no match";
    },

    /** Lines of the job's own stream: {kind: "job.log", seq, line, level}. */
    hear(data: unknown): void {
      const { kind, seq, line, level, status } = data as Record<"kind" | "line" | "level" | "status", string> & {
        seq: number;
      };
      if (ENDED.has(status)) this.ended = true;
      if (kind === "job.log") this.append([{ seq, text: line, stream: level }]);
    },

    /** Add lines; one that is there already (a repeated message) is left out. */
    append(more: Line[]): void {
      const before = lines.length;
      for (const line of more) if (line.seq > (lines.at(-1)?.seq ?? -Infinity)) lines.push(line);
      if (lines.length === before) return;
      if (lines.length > MOST) lines = lines.slice(-MOST);
      this.length = lines.length;
      if (this.typed) this.search();
      space.style.height = `${lines.length * LINE + 8}px`;
      if (this.following) this.view.scrollTop = this.view.scrollHeight;
      this.plan();
    },

    plan(): void {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => this.draw());
    },

    draw(): void {
      const first = Math.max(0, Math.floor(this.view.scrollTop / LINE) - MARGIN);
      const last = Math.min(lines.length, Math.ceil((this.view.scrollTop + this.view.clientHeight) / LINE) + MARGIN);
      const at = matches[this.current];
      space.replaceChildren(
        ...lines.slice(first, last).map((line, index) => drawLine(line, first + index, matches, at)),
      );
    },

    scrolled(): void {
      const { scrollTop, clientHeight, scrollHeight } = this.view;
      this.following = scrollTop + clientHeight >= scrollHeight - LINE;
      this.plan();
    },

    toggleFollow(): void {
      this.following = !this.following;
      if (this.following) this.view.scrollTop = this.view.scrollHeight;
    },

    find(event: Event): void {
      this.typed = (event.target as HTMLInputElement).value.toLowerCase();
      this.current = -1;
      this.search();
      if (this.found) this.go(1);
      else this.plan();
    },

    search(): void {
      matches = this.typed
        ? lines.flatMap((line, index) => (line.text.toLowerCase().includes(this.typed) ? [index] : []))
        : [];
      this.found = matches.length;
    },

    findNext(): void {
      this.go(1);
    },

    findPrevious(): void {
      this.go(-1);
    },

    go(step: number): void {
      if (!matches.length) return;
      this.current = (this.current + step + matches.length) % matches.length;
      this.following = false;
      this.view.scrollTop = Math.max(0, matches[this.current]! * LINE - this.view.clientHeight / 2);
      this.plan();
    },
  };
});

function drawLine(line: Line, index: number, matches: number[], at: number | undefined): HTMLElement {
  const element = document.createElement("div");
  const found = index === at ? " log-line--found log-line--current" : has(matches, index) ? " log-line--found" : "";
  element.className = `log-line${line.stream ? ` log-line--${line.stream}` : ""}${found}`;
  element.style.top = `${index * LINE + 4}px`;
  const number = document.createElement("span");
  number.className = "log-number";
  number.textContent = String(line.seq);
  const text = document.createElement("span");
  text.className = "log-text";
  text.textContent = line.text;
  element.append(number, text);
  return element;
}

/** Whether an ascending list holds `value`. */
function has(ascending: number[], value: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === value;
}
