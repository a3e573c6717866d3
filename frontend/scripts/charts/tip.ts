/** Show the exact values beside what is pointed at or focused, within the chart. */
export function showTip(tip: HTMLElement, target: Element, title: string, rows: [string, string][] = []): void {
  const heading = document.createElement("b");
  heading.textContent = title;
  const list = document.createElement("dl");
  for (const [name, value] of rows) {
    const term = document.createElement("dt");
    term.textContent = name;
    const words = document.createElement("dd");
    words.textContent = value;
    list.append(term, words);
  }
  tip.replaceChildren(heading, ...(rows.length ? [list] : []));
  tip.hidden = false;
  const frame = tip.offsetParent!.getBoundingClientRect();
  const place = target.getBoundingClientRect();
  const middle = place.left + place.width / 2 - frame.left;
  const left = Math.max(0, Math.min(frame.width - tip.offsetWidth, middle - tip.offsetWidth / 2));
  const above = place.top - frame.top - tip.offsetHeight - 8;
  const below = place.bottom - frame.top + 8;
  const top = frame.top + above < 0 ? below : above;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
