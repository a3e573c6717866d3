import htmx from "htmx.org";
import { component } from "./lib/component.ts";
import { count, progress, size } from "./lib/format.ts";
import { Speed } from "./lib/speed.ts";
import { filesIn } from "./folders.ts";
import { sendTo } from "./sending.ts";
import { ONE_EACH, TOGETHER, UploadQueue, type Upload } from "./uploads.ts";

const DRAW_MS = 120;
const SHOWN = 100;

const isOpen = (upload: Upload): boolean => upload.state === "waiting" || upload.state === "sending";

const figuresOf = ({ state, sent, file, speed }: Upload): string => {
  if (state === "sending" && sent >= file.size && file.size > 0) return "being stored";
  if (state === "sending") return progress({ done: sent, total: file.size, unit: "bytes", perSecond: speed.perSecond });
  return state === "failed" ? "" : state;
};

/** What one line of the list says. */
const lineOf = (upload: Upload) => ({
  key: upload.key,
  path: upload.path,
  sizeText: size(upload.file.size),
  figures: figuresOf(upload),
  share: upload.file.size ? upload.sent / upload.file.size : 0,
  open: isOpen(upload),
  failed: upload.state === "failed" || upload.state === "cancelled",
  ended: !isOpen(upload),
  error: upload.error,
  cancelLabel: `Cancel ${upload.path}`,
  retryLabel: `Try ${upload.path} again`,
  removeLabel: `Take ${upload.path} off the list`,
});
type Line = ReturnType<typeof lineOf>;

/** Take files and folders and upload them; see components/drop_zone.html for its attributes and events. */
export const dropZone = component(() => {
  let queue: UploadQueue;
  let drawing: ReturnType<typeof setTimeout> | undefined;
  let depth = 0;
  let waiting: { submitter: HTMLElement | null } | null = null;
  const speed = new Speed();
  const settled = new Set<Upload>();
  const warn = (event: BeforeUnloadEvent): void => {
    if (queue.busy) event.preventDefault();
  };
  return {
    items: [] as Line[],
    over: false,
    problem: "",
    share: 0,
    several: false,
    summary: "",
    summaryFigures: "",

    init(): void {
      const { url, batchUrl } = this.$root.dataset;
      const limits = batchUrl ? TOGETHER : ONE_EACH;
      queue = new UploadQueue(sendTo(url!, batchUrl ?? ""), (upload) => this.changed(upload), limits);
      this.input.removeAttribute("name"); // the script sends the files; a form around it sends their ids
      window.addEventListener("beforeunload", warn);
      this.form?.addEventListener("submit", (event) => this.check(event));
    },

    destroy(): void {
      window.removeEventListener("beforeunload", warn);
    },

    get input(): HTMLInputElement {
      return this.$refs["files"] as HTMLInputElement;
    },

    /** The form that waits for the files' ids. */
    get form(): HTMLFormElement | null {
      return this.$root.dataset["name"] ? this.$root.closest("form") : null;
    },

    chooseFiles(): void {
      this.input.click();
    },

    chooseFolder(): void {
      this.$refs["folder"]!.click();
    },

    chosen(event: Event): void {
      const input = event.target as HTMLInputElement;
      for (const file of input.files ?? []) this.add(file, file.webkitRelativePath || file.name);
      input.value = "";
    },

    enter(event: DragEvent): void {
      depth += 1;
      this.over = event.dataTransfer?.types.includes("Files") ?? false;
    },

    leave(): void {
      depth -= 1;
      if (depth <= 0) this.over = false;
    },

    async drop(event: DragEvent): Promise<void> {
      depth = 0;
      this.over = false;
      if (!event.dataTransfer) return;
      for await (const { file, path } of filesIn(event.dataTransfer)) this.add(file, path);
    },

    paste(event: ClipboardEvent): void {
      for (const file of event.clipboardData?.files ?? []) this.add(file, file.name);
    },

    add(file: File, path: string): void {
      this.problem = "";
      if (!this.input.multiple) this.clear();
      const limit = Number(this.$root.dataset["maxBytes"] || Infinity);
      queue.add(
        file,
        path,
        file.size > limit ? `It is larger than ${size(limit)}, which is the most one file may have.` : "",
      );
    },

    /** One file only: the new one takes the place of the old. */
    clear(): void {
      for (const upload of [...queue.uploads]) {
        if (isOpen(upload)) queue.cancel(upload);
        this.forget(upload);
      }
    },

    find(line: Line): Upload | undefined {
      return queue.uploads.find((upload) => upload.key === line.key);
    },

    cancel(line: Line): void {
      const upload = this.find(line);
      if (upload) queue.cancel(upload);
    },

    retry(line: Line): void {
      const upload = this.find(line);
      if (!upload) return;
      settled.delete(upload);
      queue.retry(upload);
    },

    remove(line: Line): void {
      const upload = this.find(line);
      if (upload) this.forget(upload);
    },

    /** Take an upload off the list, and its id out of the form. */
    forget(upload: Upload): void {
      this.form?.querySelector(`input[data-upload="${upload.key}"]`)?.remove();
      queue.remove(upload);
    },

    changed(upload: Upload): void {
      if (!isOpen(upload) && !settled.has(upload)) this.settle(upload);
      drawing ??= setTimeout(() => {
        drawing = undefined;
        this.draw();
      }, DRAW_MS);
    },

    /** An upload has ended, well or not. */
    settle(upload: Upload): void {
      settled.add(upload);
      if (upload.stored) {
        this.carry(upload);
        this.$dispatch("upload:done", upload.stored);
      }
      if (queue.busy) return;
      const done = queue.uploads.filter((item) => item.state === "done").length;
      this.$dispatch("upload:finished", { done, failed: queue.uploads.length - done });
      this.goOn(done === queue.uploads.length);
      const refreshes = this.$root.dataset["refreshes"];
      if (refreshes) document.querySelectorAll(refreshes).forEach((part) => htmx.trigger(part, "refresh", {}));
    },

    /** Give the form the id of the stored file. */
    carry(upload: Upload): void {
      if (!this.form) return;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: this.$root.dataset["name"], value: upload.stored!.id });
      field.dataset["upload"] = String(upload.key);
      this.$root.append(field);
    },

    /** A form with a drop zone waits for its files, and asks for one where it needs one. */
    check(event: SubmitEvent): void {
      if (queue.busy) {
        waiting = { submitter: event.submitter };
        this.problem = "This goes on by itself as soon as the upload is complete.";
      } else if (
        "required" in this.$root.dataset &&
        !this.form!.querySelector(`[name="${this.$root.dataset["name"]}"]`)
      ) {
        this.problem = "Choose a file first.";
      } else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },

    /** Send the form that waited for the uploads; where one of them failed, its sender decides anew. */
    goOn(complete: boolean): void {
      if (!waiting) return;
      const { submitter } = waiting;
      waiting = null;
      this.problem = complete ? "" : "An upload failed: try it again, or take it off the list.";
      if (complete) this.form?.requestSubmit(submitter);
    },

    draw(): void {
      const uploads = queue.uploads;
      const whole = uploads.reduce((sum, upload) => sum + upload.file.size, 0);
      const sent = uploads.reduce((sum, upload) => sum + upload.sent, 0);
      const done = uploads.filter((upload) => upload.state === "done").length;
      speed.note(sent, performance.now());
      // A long list shows what still needs attention first.
      const listed =
        uploads.length > SHOWN
          ? [...uploads].sort((a, b) => Number(a.state === "done") - Number(b.state === "done"))
          : uploads;
      this.items = listed.slice(0, SHOWN).map(lineOf);
      this.several = uploads.length > 1;
      this.share = whole ? sent / whole : 0;
      this.summary = `${count(done)} of ${count(uploads.length)} uploaded`;
      this.summaryFigures = queue.busy
        ? progress({ done: sent, total: whole, unit: "bytes", perSecond: speed.perSecond })
        : size(sent);
    },
  };
});
