import { component } from "./lib/component.ts";
import { askAccount, keepColumns, shownColumns } from "./columns.ts";

interface Picks {
  address: string;
  rows: Set<string>;
  everything: boolean;
}

/** What was picked in each table: a table that refreshes by itself must not forget it. */
const picksOf = new Map<string, Picks>();

/** Put the values of a form of filters into an address; say whether that is another search than before. */
export function mergeFilters(url: URL, form: FormData): boolean {
  let changed = false;
  for (const [name, value] of form) {
    if (name === "ordering" || typeof value !== "string") continue;
    changed ||= (url.searchParams.get(name) ?? "") !== value;
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return changed;
}

/** A table's own state: which columns are shown, and, in this browser, which rows are picked. */
export const dataTable = component(() => ({
  picked: 0,
  pickedAll: false,

  init(): void {
    this.showChosen();
    void askAccount().then((asked) => asked && this.showChosen());
    this.pickAgain();
    this.count();
    // On the way back the browser picks again what was picked, after this.
    if (document.readyState !== "complete") window.addEventListener("pageshow", () => this.count(), { once: true });
  },

  /** Show the columns that were chosen, here or on another computer; else the usual ones. */
  showChosen(): void {
    const kept = shownColumns(this.key);
    for (const box of this.boxes) {
      box.checked = kept ? kept.includes(box.value) : !("hidden" in box.dataset);
      this.show(box.value, box.checked);
    }
  },

  /** Order, or turn the page, within what the filters say now: they may have been changed since the table came. */
  withFilters(event: Event): void {
    const detail = (event as CustomEvent).detail as { elt: Element; path: string };
    const link = detail.elt.closest<HTMLAnchorElement>("a[hx-push-url]");
    const tools = document.getElementById(`${this.$root.id}-tools`);
    if (!link || !(tools instanceof HTMLFormElement)) return;
    const url = new URL(detail.path, location.href);
    const ordering = this.$root.querySelector<HTMLInputElement>(':scope > input[name="ordering"]');
    if (ordering) {
      ordering.value = url.searchParams.get("ordering") ?? "";
      ordering.disabled = !ordering.value;
    }
    if (mergeFilters(url, new FormData(tools))) url.searchParams.delete("page");
    detail.path = url.pathname + url.search;
  },

  /** Pick what was picked before the table was swapped; all rows only where it still shows the same ones. */
  pickAgain(): void {
    const before = picksOf.get(this.key);
    for (const box of this.picks) box.checked ||= before?.rows.has(box.value) ?? false;
    if (this.everything && before?.everything) this.everything.checked = before.address === this.address;
  },

  get address(): string {
    return this.$root.getAttribute("hx-get") ?? "";
  },

  get key(): string {
    return this.$root.dataset["table"] ?? "";
  },

  get boxes(): HTMLInputElement[] {
    return [...this.$root.querySelectorAll<HTMLInputElement>(".table-foot .menu-panel input")];
  },

  get picks(): HTMLInputElement[] {
    return [...this.$root.querySelectorAll<HTMLInputElement>('input[name="selected"]')];
  },

  get pickedWords(): string {
    return this.pickedAll ? "" : `${this.picked} picked`;
  },

  get everything(): HTMLInputElement | undefined {
    return this.$refs["everything"] as HTMLInputElement | undefined;
  },

  choose(event: Event): void {
    const box = event.target as HTMLInputElement;
    this.show(box.value, box.checked);
    keepColumns(
      this.key,
      this.boxes.filter((item) => item.checked).map((item) => item.value),
    );
  },

  /** Show or hide the cells below a heading: they stand at the same place in their rows. */
  show(column: string, visible: boolean): void {
    const heading = this.$root.querySelector<HTMLTableCellElement>(`th[data-column="${CSS.escape(column)}"]`);
    const table = heading?.closest("table");
    if (!heading || !table) return;
    const width = heading.parentElement!.children.length;
    for (const row of table.rows) {
      if (row.cells.length === width) row.cells[heading.cellIndex]!.hidden = !visible;
    }
  },

  pickAll(event: Event): void {
    for (const box of this.picks) box.checked = (event.target as HTMLInputElement).checked;
    this.count();
  },

  count(): void {
    const all = this.$refs["all"] as HTMLInputElement | undefined;
    if (!all) return;
    const rows = this.picks.filter((box) => box.checked).map((box) => box.value);
    this.picked = rows.length;
    if (this.everything && !rows.length) this.everything.checked = false;
    this.pickedAll = this.everything?.checked ?? false;
    picksOf.set(this.key, {
      address: this.address,
      rows: new Set(rows),
      everything: this.pickedAll,
    });
    all.checked = this.picked > 0 && this.picked === this.picks.length;
    all.indeterminate = this.picked > 0 && !all.checked;
  },
}));
