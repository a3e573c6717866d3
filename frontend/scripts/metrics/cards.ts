/** What the page says first, renewed every two seconds while somebody looks; an opened log stays open. */
const EVERY_MS = 2000;

/** Remember which details of a part are open, and have them so in the one that takes its place. */
function keepOpen(part: () => Element | null): void {
  let open: string[] = [];
  const within = (event: Event): boolean => (event.target as Element).id === part()?.id;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (within(event)) open = [...part()!.querySelectorAll("details[open]")].map(({ id }) => id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) part()?.querySelector(`details#${CSS.escape(id)}`)?.setAttribute("open", "");
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
