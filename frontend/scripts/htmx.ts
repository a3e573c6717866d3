import htmx from "htmx.org";
import { csrfToken, problemOf, signIn } from "./lib/http.ts";
import { toastProblem, toastSignedOut } from "./lib/toast.ts";

interface Answer {
  xhr: XMLHttpRequest;
  shouldSwap: boolean;
  isError: boolean;
}

const contentType = (xhr: XMLHttpRequest): string | null => xhr.getResponseHeader("content-type");
const isProblem = (xhr: XMLHttpRequest): boolean => contentType(xhr)?.startsWith("application/problem+json") ?? false;

/** Settings that a strict content security policy needs, and none of a page kept in the browser's storage. */
function configure(): void {
  Object.assign(htmx.config, {
    // None: a class that a script has given to a new part would be lost, a style would be an inline one.
    attributesToSettle: [],
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
    scrollBehavior: "auto",
    timeout: 60_000,
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "422", swap: true }, // a form with its errors
      { code: "[45]..", swap: false, error: true },
    ],
  });
}

/** Add the token; leave empty filters out of the address. */
function prepare(event: Event): void {
  const { headers, parameters, verb, elt } = (event as CustomEvent).detail as {
    headers: Record<string, string>;
    parameters: Record<string, unknown>;
    verb: string;
    elt: Element;
  };
  if (verb !== "get") headers["X-CSRFToken"] = csrfToken();
  else if (elt.matches("form")) {
    for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
  }
}

/** A problem document is never put into the page; the sign-in page never into a part of one. */
function inspect(event: Event): void {
  const detail = (event as CustomEvent<Answer>).detail;
  const signInUrl = document.querySelector<HTMLMetaElement>('meta[name="sign-in-url"]')?.content;
  if (isProblem(detail.xhr)) {
    detail.shouldSwap = false;
    detail.isError = true;
  } else if (signInUrl && detail.xhr.responseURL && new URL(detail.xhr.responseURL).pathname === signInUrl) {
    detail.shouldSwap = false;
    signIn();
  }
}

function failed(event: Event): void {
  const { xhr } = (event as CustomEvent<Answer>).detail;
  const byItself = (event.target as Element).matches("[data-live]");
  if (xhr.status === 401) return byItself ? toastSignedOut() : signIn();
  // A live part that is gone or not ours any more is no news to the reader.
  if (xhr.status === 404 && byItself) return;
  toastProblem(problemOf(xhr.status, contentType(xhr), xhr.responseText));
}

function lost(event: Event): void {
  // What refreshes by itself tries again by itself.
  if ((event.target as Element).matches("[data-live]")) return;
  toastProblem({
    status: 0,
    title: "The connection was lost",
    detail: "Nothing was changed here. Try again in a moment.",
  });
}

export function installHtmx(): void {
  configure();
  document.addEventListener("htmx:configRequest", prepare);
  document.addEventListener("htmx:beforeSwap", inspect);
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
}
