import { component } from "../lib/component.ts";
import { csvBlob, pngBlob, save, svgBlob } from "./export.ts";

/** Charts that are shown as tables: one that is fetched anew stays so. */
const asTables = new Set<string>();

/**
 * The frame of a chart: its figures as a table, and as files. A chart that is no drawing of SVG is told: it writes its
 * table on `chart:table`, and prevents the default of `chart:save` {kind} where it saves itself.
 */
export const chartFrame = component(() => ({
  table: false,

  init(): void {
    this.show(asTables.has(this.$root.id));
  },

  get figures(): HTMLElement {
    return this.$root.querySelector<HTMLElement>(".chart-table")!;
  },

  get drawing(): SVGSVGElement | null {
    return this.$root.querySelector<SVGSVGElement>(".chart-canvas > svg");
  },

  toggleTable(): void {
    this.show(!this.table);
    if (this.table) asTables.add(this.$root.id);
    else asTables.delete(this.$root.id);
  },

  get canvas(): HTMLElement {
    return this.$root.querySelector<HTMLElement>(".chart-canvas")!;
  },

  show(table: boolean): void {
    this.table = table;
    this.figures.hidden = !table;
    this.canvas.hidden = table;
    if (table) this.canvas.dispatchEvent(new CustomEvent("chart:table"));
  },

  savesItself(kind: string): boolean {
    return !this.canvas.dispatchEvent(new CustomEvent("chart:save", { cancelable: true, detail: { kind } }));
  },

  saveSvg(): void {
    if (!this.savesItself("svg") && this.drawing) save(svgBlob(this.drawing), `${this.$root.id}.svg`);
  },

  async savePng(): Promise<void> {
    if (!this.savesItself("png") && this.drawing) save(await pngBlob(this.drawing), `${this.$root.id}.png`);
  },

  saveCsv(): void {
    const table = this.figures.querySelector("table");
    if (!this.savesItself("csv") && table) save(csvBlob(table), `${this.$root.id}.csv`);
  },
}));
