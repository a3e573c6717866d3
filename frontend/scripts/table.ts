import { component } from "./lib/component.ts";
import { recall, remember } from "./lib/storage.ts";

/** A table's own state in this browser: which columns are shown, which rows are picked. */
export const dataTable = component(() => ({
  picked: 0,

  init(): void {
    const kept = recall<string[]>(this.key);
    for (const box of this.boxes) {
      box.checked = kept ? !kept.includes(box.value) : !("hidden" in box.dataset);
      this.show(box.value, box.checked);
    }
    this.count();
  },

  get key(): string {
    return `columns:${this.$root.dataset["table"]}`;
  },

  get boxes(): HTMLInputElement[] {
    return [...this.$root.querySelectorAll<HTMLInputElement>(".table-foot .menu-panel input")];
  },

  get picks(): HTMLInputElement[] {
    return [...this.$root.querySelectorAll<HTMLInputElement>('input[name="selected"]')];
  },

  get pickedWords(): string {
    return `${this.picked} picked`;
  },

  choose(event: Event): void {
    const box = event.target as HTMLInputElement;
    this.show(box.value, box.checked);
    remember(
      this.key,
      this.boxes.filter((item) => !item.checked).map((item) => item.value),
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
    this.picked = this.picks.filter((box) => box.checked).length;
    all.checked = this.picked > 0 && this.picked === this.picks.length;
    all.indeterminate = this.picked > 0 && !all.checked;
  },
}));
