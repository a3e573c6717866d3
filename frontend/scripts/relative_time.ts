import { relative } from "./lib/format.ts";

/** Keep "3 minutes ago" true while the page stays open. */
export function installRelativeTimes(): void {
  setInterval(() => {
    const now = new Date();
    for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
      element.textContent = relative(new Date(element.dateTime), now);
    }
  }, 20_000);
}
