/** A queue of uploads: one request a file, a few at a time; each reports its own progress. */
import { csrfToken, problemOf, problemText, type Problem } from "./lib/http.ts";
import { Speed } from "./lib/speed.ts";

export type UploadState = "waiting" | "sending" | "done" | "failed" | "cancelled";

/** What the server answers to an upload. */
export interface StoredFile {
  id: string;
  name: string;
  size: number;
}

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

/** One request under way. */
export interface Sending {
  abort(): void;
}

export interface SendEvents {
  progress(sent: number): void;
  done(stored: StoredFile): void;
  failed(problem: Problem): void;
}

export type Send = (upload: Upload, events: SendEvents) => Sending;

/** Send one file as multipart to `url`. */
export function sendTo(url: string): Send {
  return (upload, events) => {
    const body = new FormData();
    const folder = upload.path.split("/").slice(0, -1).join("/");
    if (folder) body.append("folder", folder);
    body.append("file", upload.file, upload.file.name);
    const request = new XMLHttpRequest();
    const whole = upload.file.size;
    request.upload.onprogress = (event) => {
      // The request is a little longer than the file; its last bytes are no bytes of the file.
      events.progress(Math.min(whole, event.loaded));
    };
    request.onload = () => {
      const type = request.getResponseHeader("content-type");
      if (request.status === 201) events.done(JSON.parse(request.responseText) as StoredFile);
      else events.failed(problemOf(request.status, type, request.responseText));
    };
    request.onerror = () => events.failed(problemOf(0, null, ""));
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.send(body);
    return request;
  };
}

export class UploadQueue {
  readonly uploads: Upload[] = [];
  private readonly sending = new Map<Upload, Sending>();
  private readonly send: Send;
  private readonly changed: (upload: Upload) => void;
  private readonly atOnce: number;
  private nextKey = 1;

  /** @param changed called whenever something about an upload is different */
  constructor(send: Send, changed: (upload: Upload) => void, atOnce = 3) {
    this.send = send;
    this.changed = changed;
    this.atOnce = atOnce;
  }

  /** Whether anything waits or is being sent. */
  get busy(): boolean {
    return this.uploads.some((upload) => upload.state === "waiting" || upload.state === "sending");
  }

  /** Put a file at the end of the queue; with `error` it is refused at once and stays in the list. */
  add(file: File, path: string, error = ""): Upload {
    const state = error ? "failed" : "waiting";
    const upload: Upload = { key: this.nextKey, file, path, state, sent: 0, speed: new Speed(), error, stored: null };
    this.nextKey += 1;
    this.uploads.push(upload);
    this.changed(upload);
    this.fill();
    return upload;
  }

  cancel(upload: Upload): void {
    this.sending.get(upload)?.abort();
    this.end(upload, "cancelled");
  }

  retry(upload: Upload): void {
    Object.assign(upload, { state: "waiting", sent: 0, speed: new Speed(), error: "" });
    this.changed(upload);
    this.fill();
  }

  remove(upload: Upload): void {
    this.uploads.splice(this.uploads.indexOf(upload), 1);
    this.changed(upload);
  }

  /** Begin as many as may run at once. */
  private fill(): void {
    for (const upload of this.uploads) {
      if (this.sending.size >= this.atOnce) return;
      if (upload.state === "waiting") this.begin(upload);
    }
  }

  private begin(upload: Upload): void {
    upload.state = "sending";
    upload.speed.note(0, performance.now());
    const request = this.send(upload, {
      progress: (sent) => {
        upload.sent = sent;
        upload.speed.note(sent, performance.now());
        this.changed(upload);
      },
      done: (stored) => {
        upload.stored = stored;
        upload.sent = upload.file.size;
        this.end(upload, "done");
      },
      failed: (problem) => {
        upload.error = [problem.title, problemText(problem)].filter(Boolean).join(". ");
        if (problem.request_id) upload.error += ` (request ${problem.request_id})`;
        this.end(upload, "failed");
      },
    });
    this.sending.set(upload, request);
    this.changed(upload);
  }

  private end(upload: Upload, state: UploadState): void {
    this.sending.delete(upload);
    upload.state = state;
    this.changed(upload);
    this.fill();
  }
}
