import { component } from "../lib/component.ts";
import { csvBlob, pngBlob, save, svgBlob } from "./export.ts";

/** The frame of a chart: its figures as a table, and as files. */
export const chartFrame = component(() => ({
  table: false,

  init(): void {
    this.figures.hidden = true;
  },

  get figures(): HTMLElement {
    return this.$root.querySelector<HTMLElement>(".chart-table")!;
  },

  get drawing(): SVGSVGElement | null {
    return this.$root.querySelector<SVGSVGElement>(".chart-canvas > svg");
  },

  toggleTable(): void {
    this.table = !this.table;
    this.figures.hidden = !this.table;
    this.$root.querySelector<HTMLElement>(".chart-canvas")!.hidden = this.table;
  },

  saveSvg(): void {
    if (this.drawing) save(svgBlob(this.drawing), `${this.$root.id}.svg`);
  },

  async savePng(): Promise<void> {
    if (this.drawing) save(await pngBlob(this.drawing), `${this.$root.id}.png`);
  },

  saveCsv(): void {
    const table = this.figures.querySelector("table");
    if (table) save(csvBlob(table), `${this.$root.id}.csv`);
  },
}));
