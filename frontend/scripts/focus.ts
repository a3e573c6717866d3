/** Where the focus was in a part of the page that is exchanged. htmx keeps that of elements with an id. */
interface Place {
  part: string;
  tag: string;
  words: string;
  rank: number;
}

/** What tells an element from others of its part. */
function wordsOf(element: Element): string {
  const said = element.getAttribute("aria-label") ?? element.textContent.trim();
  return [element.getAttribute("name"), element.getAttribute("href"), said].join("|");
}

function alike(part: Element, tag: string, words: string): Element[] {
  return [...part.querySelectorAll(tag)].filter((element) => wordsOf(element) === words);
}

function placeOf(part: Element): Place | null {
  const now = document.activeElement;
  if (!now || !part.id || !part.contains(now) || (now.id && now !== part)) return null;
  const tag = now.tagName;
  const words = wordsOf(now);
  return { part: part.id, tag, words, rank: alike(part, tag, words).indexOf(now) };
}

/** Whoever works with the keyboard stays on a button, however often what is around it is fetched anew. */
export function installKeptFocus(): void {
  let place: Place | null = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, shouldSwap } = (event as CustomEvent).detail as { target: Element; shouldSwap: boolean };
    if (shouldSwap) place = placeOf(target) ?? place;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const part = place && document.getElementById(place.part);
    if (!place || !part || document.activeElement !== document.body) return;
    const next = alike(part, place.tag, place.words)[place.rank] as HTMLElement | SVGElement | undefined;
    place = null;
    // Where it is gone, the next step leads to what is left of the part.
    if (!next) part.tabIndex = -1;
    (next ?? part).focus({ preventScroll: true });
  });
}
