/** Requests that carry files: one file by itself, or many small ones together. */
import { csrfToken, problemOf, type Problem } from "./lib/http.ts";

/** What the server answers to an upload. */
export interface StoredFile {
  id: string;
  name: string;
  size: number;
}

/** A file on its way: its bytes and its path within the chosen folder, or its name. */
export interface Parcel {
  readonly file: File;
  readonly path: string;
}

/** What became of one file. */
export type Outcome = { stored: StoredFile } | { problem: Problem };

/** One request under way. */
export interface Sending {
  abort(): void;
}

export interface SendEvents {
  /** @param sent bytes of the files, in their order */
  progress(sent: number): void;
  /** @param outcomes one for each file, in their order */
  ended(outcomes: Outcome[]): void;
}

export type Send = (parcels: readonly Parcel[], events: SendEvents) => Sending;

interface BatchAnswer {
  results: { file?: StoredFile; error?: Problem }[];
}

const sizeOf = (parcels: readonly Parcel[]): number => parcels.reduce((sum, { file }) => sum + file.size, 0);

/** What a single upload takes: its folder beside it. */
export function formOfOne({ file, path }: Parcel): FormData {
  const body = new FormData();
  const folder = path.split("/").slice(0, -1).join("/");
  if (folder) body.append("folder", folder);
  body.append("file", file, file.name);
  return body;
}

/** What a batch takes: the paths first, so that the server knows them when the bytes come. */
export function formOfMany(parcels: readonly Parcel[]): FormData {
  const body = new FormData();
  body.append("paths", JSON.stringify(parcels.map(({ path }) => path)));
  for (const { file } of parcels) body.append("file", file, file.name);
  return body;
}

/** Read an answer: one outcome for each of `count` files, whatever came. */
export function outcomesOf(status: number, type: string | null, text: string, count: number): Outcome[] {
  if (status === 201) return [{ stored: JSON.parse(text) as StoredFile }];
  if (status === 207) {
    const { results } = JSON.parse(text) as BatchAnswer;
    if (results.length === count) {
      return results.map(({ file, error }) => (file ? { stored: file } : { problem: error! }));
    }
  }
  const problem = problemOf(status, type, text);
  return Array.from({ length: count }, () => ({ problem }));
}

/** Send files to `url`, or several at once to `batchUrl`. */
export function sendTo(url: string, batchUrl: string): Send {
  return (parcels, events) => {
    const several = parcels.length > 1;
    const whole = sizeOf(parcels);
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => {
      // The request is a little longer than the files; its last bytes are no bytes of theirs.
      events.progress(Math.min(whole, event.loaded));
    };
    const end = (status: number, type: string | null, text: string): void =>
      events.ended(outcomesOf(status, type, text, parcels.length));
    request.onload = () => end(request.status, request.getResponseHeader("content-type"), request.responseText);
    request.onerror = () => end(0, null, "");
    request.open("POST", several ? batchUrl : url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.send(several ? formOfMany(parcels) : formOfOne(parcels[0]!));
    return request;
  };
}
