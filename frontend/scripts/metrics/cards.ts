/** What the page says first, renewed every two seconds while somebody looks; an opened log stays open. */
import { clock } from "../charts/series/words.ts";
import { problemOf } from "../lib/http.ts";

const EVERY_MS = 2000;

/** What somebody opened or closed is so in the part that takes its place; what nobody touched is as it comes. */
function keepOpen(part: () => Element | null): void {
  const chosen = new Map<string, boolean>();
  document.addEventListener("click", ({ target }) => {
    const details = (target as Element).closest("summary")?.parentElement;
    // Its state changes after the click.
    if (details?.id && part()?.contains(details)) chosen.set(details.id, !details.hasAttribute("open"));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, open] of chosen) part()?.querySelector(`#${CSS.escape(id)}`)?.toggleAttribute("open", open);
  });
}

/** Somebody marks words of it to copy them: it waits. */
function isSelected(part: Element): boolean {
  const marked = getSelection();
  return !!marked && !marked.isCollapsed && part.contains(marked.anchorNode);
}

/** What is shown is of earlier: say so in its place and not again and again at the edge of the page. */
function sayFailures(part: () => Element | null, place: HTMLElement, ended: () => void): void {
  let since = new Date();
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as Element).id !== part()?.id) return;
    since = new Date();
    place.hidden = true;
  });
  const failed = (event: Event): void => {
    if (event.target !== part()) return;
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    if (xhr.status === 401) return ended();
    event.stopPropagation();
    const { title } = problemOf(xhr.status, xhr.getResponseHeader("content-type"), xhr.responseText);
    place.hidden = false;
    place.textContent = `${title}. This is how it was at ${clock(since.getTime() / 1000)} UTC.`;
  };
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.addEventListener(name, failed, true);
}

/** @param place where it is said that the part cannot be renewed */
export function renewHead(id: string, place: HTMLElement): void {
  const part = (): Element | null => document.getElementById(id);
  keepOpen(part);
  const renew = (): void => {
    const now = part();
    if (now && !document.hidden && !isSelected(now)) now.dispatchEvent(new CustomEvent("live"));
  };
  const timer = setInterval(renew, EVERY_MS);
  document.addEventListener("visibilitychange", renew);
  sayFailures(part, place, () => clearInterval(timer));
}
