/** What the page says first, renewed every two seconds while somebody looks; an opened log stays open. */
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

export function renewHead(id: string): void {
  const part = (): Element | null => document.getElementById(id);
  keepOpen(part);
  const renew = (): void => {
    const now = part();
    if (now && !document.hidden && !isSelected(now)) now.dispatchEvent(new CustomEvent("live"));
  };
  setInterval(renew, EVERY_MS);
  document.addEventListener("visibilitychange", renew);
}
