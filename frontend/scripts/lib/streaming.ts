/** What a stream asks of the server, and how what comes back is called. */

export type Operation = "compress" | "decompress";

/** A field of the form as it stands: a box that is not checked says so. */
export interface Field {
  name: string;
  value: string;
}

const OWN = new Set(["operation", "algorithm", "level"]);
const PARAMS = "params-";

/** The address of the endpoint: fields left empty and those of other things say nothing. */
export function queryOf(fields: Iterable<Field>): string {
  const query = new URLSearchParams({ hold: "true" });
  for (const { name, value } of fields) {
    if (!value || name === "params-of") continue;
    if (OWN.has(name)) query.set(name, value);
    else if (name.startsWith(PARAMS)) query.set(name.slice(PARAMS.length), value);
  }
  return query.toString();
}

/** The same as `compression/names.py`: a compressed file has the extension of its format, the original has not. */
export function outputName(operation: Operation, name: string, extension: string): string {
  if (operation === "compress") return name.slice(0, 255 - extension.length) + extension;
  if (extension && name.length > extension.length && name.toLowerCase().endsWith(extension))
    return name.slice(0, -extension.length);
  if (extension === ".gz" && /.\.tgz$/i.test(name)) return `${name.slice(0, -4)}.tar`;
  return `${name.slice(0, 255 - 13)}.decompressed`;
}

/** How many original bytes there are to a compressed one; null where there are none of either. */
export function ratioOf(operation: Operation, sent: number, received: number): number | null {
  const [original, compressed] = operation === "compress" ? [sent, received] : [received, sent];
  return original && compressed ? original / compressed : null;
}
