/** A file as the body of a request, its answer as a file: neither is ever as a whole in the memory of the page. */
import { csrfToken, problemOf, type Problem } from "./lib/http.ts";

export interface StreamEvents {
  /** @param bytes of the file that have left */
  sent(bytes: number): void;
  /** @param total bytes in all, where the server knows */
  received(bytes: number, total: number | null): void;
  /** @param algorithm that the server used or found */
  done(result: Blob, algorithm: string): void;
  failed(problem: Problem): void;
}

/**
 * Send a file and gather what comes back; aborting `signal` ends it, and no event follows.
 *
 * A fetch would tell nothing of the way out. The browser keeps a large answer on its disk.
 */
export function streamFile(url: string, file: Blob, signal: AbortSignal, events: StreamEvents): void {
  const request = new XMLHttpRequest();
  let begun = false;
  const end = async (): Promise<void> => {
    const { status, response } = request;
    const type = request.getResponseHeader("content-type");
    if (status === 200) return events.done(response as Blob, request.getResponseHeader("X-Algorithm") ?? "");
    events.failed(problemOf(status, type, response ? await (response as Blob).text() : ""));
  };
  request.open("POST", url);
  request.responseType = "blob";
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.onprogress = ({ loaded }) => events.sent(Math.min(loaded, file.size));
  request.upload.onload = () => events.sent(file.size);
  request.onreadystatechange = () => {
    if (request.readyState === XMLHttpRequest.HEADERS_RECEIVED) begun = request.status === 200;
  };
  request.onprogress = ({ loaded, total, lengthComputable }) => {
    if (begun) events.received(loaded, lengthComputable ? total : null);
  };
  request.onload = () => void end();
  request.onerror = () =>
    events.failed(
      begun ? { status: 0, title: "The result broke off", code: "broken_off" } : problemOf(0, null, ""),
    );
  signal.addEventListener("abort", () => request.abort());
  request.send(file);
}
