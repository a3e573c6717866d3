/** A chart as a picture or as figures, exactly as it is shown. */

const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
];

/** The drawing with its styles written into it, so that it looks the same anywhere. */
export function standalone(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = [drawing, ...drawing.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  originals.forEach((original, index) => {
    const computed = getComputedStyle(original);
    for (const name of STYLES) copies[index]!.setAttribute(name, computed.getPropertyValue(name));
    for (const name of ["class", "tabindex"]) copies[index]!.removeAttribute(name);
  });
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(drawing.closest(".card") ?? document.body).backgroundColor);
  copy.prepend(ground);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

export const svgBlob = (drawing: SVGSVGElement): Blob => new Blob([standalone(drawing)], { type: "image/svg+xml" });

/** Draw at twice the size, for sharp print. */
export const pngBlob = (drawing: SVGSVGElement): Promise<Blob> =>
  svgPng(standalone(drawing), drawing.clientWidth, drawing.clientHeight);

/** The text of a drawing as a picture. */
export async function svgPng(text: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * 2;
  canvas.height = height * 2;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture")))),
  );
}

/** Quote where needed; a cell that a spreadsheet would run as a formula is made text. */
export function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The table's figures: exact values where the row knows them. */
export function csvBlob(table: HTMLTableElement): Blob {
  const lines = [...table.rows].map((row) => {
    const { x, y } = row.dataset;
    const cells = [...row.cells].map((cell) => cell.textContent?.trim() ?? "");
    if (x !== undefined) cells[1] = x;
    if (y !== undefined) cells[2] = y;
    return cells.map(csvCell).join(",");
  });
  return new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" });
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
