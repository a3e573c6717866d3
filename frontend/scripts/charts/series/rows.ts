/** The figures of a chart of time as a table, and a table as figures. */
import type { View } from "../time_series.ts";
import type { Shown } from "./pictures.ts";
import type { Line } from "./plot.ts";
import { nothing, Table } from "./table.ts";
import { moment, words } from "./words.ts";

/** More rows than a person reads; the files have all of them. */
const MOST_ROWS = 300;

const numberOf = (text: string | undefined): number | null => (text === undefined || text === "" ? null : Number(text));

/** What the page wrote into the chart's table; null where it has no rows, and values come by other ways. */
export function tableOf(table: HTMLTableElement, lines: Line[]): { view: View; source: Table } | null {
  const rows = [...table.tBodies[0]!.rows].filter((row) => row.dataset["t"]);
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return null;
  const source = new Table();
  lines.forEach(({ name }, index) => {
    const points = nothing();
    for (const row of rows) {
      const { value, low, high } = row.cells[index + 1]!.dataset;
      const mean = numberOf(value);
      points.t.push(Number(row.dataset["t"]));
      points.mean.push(mean);
      points.low.push(numberOf(low) ?? mean);
      points.high.push(numberOf(high) ?? mean);
    }
    source.put(name, points);
  });
  const stepS = Number(table.dataset["step"] ?? 1);
  return { view: { from: source.times[0]!, to: source.times.at(-1)!, stepS }, source };
}

function cell(name: "th" | "td", text: string, attributes: Record<string, string> = {}): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Write what is shown, the newest first. */
export function fillTable(place: HTMLElement, shown: Shown, title: string): void {
  const table = place.querySelector("table")!;
  const { lines, points, unit, banded } = shown;
  const times = points[0]?.t ?? [];
  const heads = [cell("th", "Time, UTC", { scope: "col" })];
  heads.push(...lines.map(({ label }) => cell("th", label, { scope: "col", class: "number" })));
  table.tHead!.rows[0]!.replaceChildren(...heads);
  const rows: HTMLElement[] = [];
  for (let at = times.length - 1; at >= 0 && rows.length < MOST_ROWS; at -= 1) {
    const row = document.createElement("tr");
    row.append(cell("th", moment(times[at]!).replace(" UTC", ""), { scope: "row", class: "nowrap" }));
    for (const { low, mean, high } of points) {
      const value = words(mean[at], unit);
      const range = banded && mean[at] !== null ? ` (${words(low[at], unit)} – ${words(high[at], unit)})` : "";
      row.append(cell("td", value + range, { class: "number" }));
    }
    rows.push(row);
  }
  table.tBodies[0]!.replaceChildren(...rows);
  const all = times.length > rows.length ? ` (the newest ${rows.length} of ${times.length}; the CSV has all)` : "";
  table.caption!.textContent = `${title}, ${shown.note}${all}`;
}
