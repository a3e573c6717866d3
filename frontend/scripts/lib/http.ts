/** What requests of this page share: the CSRF token and the reading of problem documents. */

/** An error as the API tells it (RFC 9457). */
export interface Problem {
  title: string;
  status: number;
  detail?: string;
  code?: string;
  errors?: { field?: string; detail: string }[];
  request_id?: string;
}

const meta = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";

export const csrfToken = (): string => meta("csrf-token");
export const eventsUrl = (): string => meta("events-url");

/** A path of this server as the address of a socket. */
export const socketUrl = (path: string): string => new URL(path, location.href.replace(/^http/, "ws")).href;

const WORDS: Record<number, string> = {
  0: "The connection was lost",
  401: "You are signed out",
  403: "You may not do this",
  404: "It is not there",
  413: "It is too large",
  429: "Too many requests",
};

/** Read the problem in an answer; where it has none, say what its status means. */
export function problemOf(status: number, contentType: string | null, body: string): Problem {
  if (contentType?.startsWith("application/problem+json")) {
    try {
      return JSON.parse(body) as Problem;
    } catch {
      // A cut-off answer: its status still says something.
    }
  }
  return { status, title: WORDS[status] ?? (status >= 500 ? "The server could not do it" : "It was refused") };
}

/** The problem's detail and the fields it names, as one text. */
export function problemText(problem: Problem): string {
  const fields = (problem.errors ?? []).map((item) => (item.field ? `${item.field}: ${item.detail}` : item.detail));
  return [problem.detail, ...fields.filter((text) => text !== problem.detail)].filter(Boolean).join(" ");
}

/** Go to sign in, and come back to this place afterwards. */
export function signIn(): void {
  const address = meta("sign-in-url");
  if (address) location.assign(`${address}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** An answer that is a problem, or none at all (status 0). */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

/** Fetch from this server; throws ProblemError where the answer is none that was asked for. */
export async function get(url: string, signal?: AbortSignal): Promise<Response> {
  const headers = { Accept: "application/json" };
  const answer = await fetch(url, { headers, ...(signal && { signal }) }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error instanceof TypeError ? new ProblemError(problemOf(0, null, "")) : error;
  });
  if (answer.ok) return answer;
  throw new ProblemError(problemOf(answer.status, answer.headers.get("content-type"), await answer.text()));
}

export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return (await (await get(url, signal)).json()) as T;
}
