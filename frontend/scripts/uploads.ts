/**
 * A queue of uploads, a few requests at a time. A large file is a request of its own, small ones travel together; each
 * reports its own progress and its own outcome, and can be cancelled and tried again alone.
 */
import { problemText } from "./lib/http.ts";
import { Speed } from "./lib/speed.ts";
import type { Outcome, Send, Sending, StoredFile } from "./sending.ts";

export type UploadState = "waiting" | "sending" | "done" | "failed" | "cancelled";

export interface Upload {
  readonly key: number;
  readonly file: File;
  /** Path within the chosen folder, or the name. */
  readonly path: string;
  state: UploadState;
  /** Bytes sent so far. */
  sent: number;
  speed: Speed;
  error: string;
  stored: StoredFile | null;
}

/** How many requests there may be at once, and what one of them may carry. */
export interface Limits {
  atOnce: number;
  /** Files in one request; 1 where each has its own. */
  files: number;
  /** Bytes in one request of several files. */
  bytes: number;
}

const MIB = 1024 * 1024;
export const ONE_EACH: Limits = { atOnce: 3, files: 1, bytes: 0 };
export const TOGETHER: Limits = { atOnce: 3, files: 100, bytes: 8 * MIB };

/** A request with its files. */
interface Trip {
  uploads: Upload[];
  request: Sending | null;
  /** Whether all of its bytes have left: then the server may keep the files whatever happens here. */
  gone: boolean;
}

export class UploadQueue {
  readonly uploads: Upload[] = [];
  private readonly trips = new Set<Trip>();
  private readonly send: Send;
  private readonly changed: (upload: Upload) => void;
  private readonly limits: Limits;
  private nextKey = 1;
  private open = 0;

  /** @param changed called whenever something about an upload is different */
  constructor(send: Send, changed: (upload: Upload) => void, limits: Limits = ONE_EACH) {
    this.send = send;
    this.changed = changed;
    this.limits = limits;
  }

  /** Whether anything waits or is being sent. */
  get busy(): boolean {
    return this.open > 0;
  }

  /** Put a file at the end of the queue; with `error` it is refused at once and stays in the list. */
  add(file: File, path: string, error = ""): Upload {
    const state = error ? "failed" : "waiting";
    const upload: Upload = { key: this.nextKey, file, path, state, sent: 0, speed: new Speed(), error, stored: null };
    this.nextKey += 1;
    if (!error) this.open += 1;
    this.uploads.push(upload);
    this.changed(upload);
    this.fill();
    return upload;
  }

  /** Stop an upload; files that travel with it go on in another request. */
  cancel(upload: Upload): void {
    const trip = [...this.trips].find(({ uploads }) => uploads.includes(upload));
    if (trip && trip.gone && trip.uploads.length > 1) return;
    if (trip) {
      this.trips.delete(trip);
      trip.request?.abort();
      trip.uploads.filter((other) => other !== upload).forEach((other) => this.wait(other));
    }
    this.end(upload, "cancelled");
    this.fill();
  }

  retry(upload: Upload): void {
    upload.error = "";
    this.open += 1;
    this.wait(upload);
    this.fill();
  }

  remove(upload: Upload): void {
    this.uploads.splice(this.uploads.indexOf(upload), 1);
    this.changed(upload);
  }

  private wait(upload: Upload): void {
    Object.assign(upload, { state: "waiting", sent: 0, speed: new Speed() });
    this.changed(upload);
  }

  /** Begin as many requests as may run at once. */
  private fill(): void {
    while (this.trips.size < this.limits.atOnce) {
      const uploads = this.next();
      if (!uploads.length) return;
      this.begin(uploads);
    }
  }

  /** The files of the next request: the first that waits, and with it those behind it that fit. */
  private next(): Upload[] {
    const taken: Upload[] = [];
    let bytes = 0;
    for (const upload of this.uploads) {
      if (upload.state !== "waiting") continue;
      if (taken.length && bytes + upload.file.size > this.limits.bytes) break;
      taken.push(upload);
      bytes += upload.file.size;
      if (taken.length >= this.limits.files || bytes > this.limits.bytes) break;
    }
    return taken;
  }

  private begin(uploads: Upload[]): void {
    const trip: Trip = { uploads, request: null, gone: false };
    this.trips.add(trip);
    for (const upload of uploads) {
      upload.state = "sending";
      upload.speed.note(0, performance.now());
      this.changed(upload);
    }
    trip.request = this.send(uploads, {
      progress: (sent) => this.advance(trip, sent),
      ended: (outcomes) => this.arrive(trip, outcomes),
    });
  }

  /** The bytes of a request are those of its files one after the other. */
  private advance(trip: Trip, sent: number): void {
    let left = sent;
    for (const upload of trip.uploads) {
      const own = Math.min(left, upload.file.size);
      left -= own;
      if (own === upload.sent) continue;
      upload.sent = own;
      upload.speed.note(own, performance.now());
      this.changed(upload);
    }
    trip.gone = trip.uploads.every((upload) => upload.sent >= upload.file.size);
  }

  private arrive(trip: Trip, outcomes: Outcome[]): void {
    if (!this.trips.delete(trip)) return; // it was given up
    trip.uploads.forEach((upload, index) => this.settle(upload, outcomes[index]!));
    this.fill();
  }

  private settle(upload: Upload, outcome: Outcome): void {
    if ("stored" in outcome) {
      upload.stored = outcome.stored;
      upload.sent = upload.file.size;
      this.end(upload, "done");
      return;
    }
    const { problem } = outcome;
    upload.error = [problem.title, problemText(problem)].filter(Boolean).join(". ");
    if (problem.request_id) upload.error += ` (request ${problem.request_id})`;
    this.end(upload, "failed");
  }

  private end(upload: Upload, state: UploadState): void {
    if (upload.state === "waiting" || upload.state === "sending") this.open -= 1;
    upload.state = state;
    this.changed(upload);
  }
}
