/** Which columns of its tables an account sees: kept with the account, with a copy here for the first glance. */
import { csrfToken } from "./lib/http.ts";
import { forget, recall, remember } from "./lib/storage.ts";

const COPY = "shown:";
const ASKED = "columns-asked";
const PAUSE_MS = 500;

const address = (): string | undefined =>
  document.querySelector<HTMLMetaElement>('meta[name="columns-url"]')?.content || undefined;

let asking: Promise<void> | undefined;
const waiting = new Map<string, { timer: number; send: () => void }>();

/** The columns that this browser last knew to be shown, or null where nobody ever chose. */
export const shownColumns = (table: string): string[] | null => recall<string[]>(COPY + table);

/** Ask the account once in each tab, as another computer may have chosen otherwise; return whether it was asked now. */
export async function askAccount(): Promise<boolean> {
  const url = address();
  if (!url || recall(ASKED, sessionStorage)) return false;
  asking ??= fetch(url, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? (answer.json() as Promise<Record<string, string[]>>) : Promise.reject(answer)))
    .then((tables) => {
      for (const [table, columns] of Object.entries(tables)) if (!waiting.has(table)) remember(COPY + table, columns);
      remember(ASKED, true, sessionStorage);
    });
  return asking.then(
    () => true,
    () => false,
  );
}

/** Keep a choice: here at once, with the account when nothing more is clicked for a moment. */
export function keepColumns(table: string, shown: string[]): void {
  remember(COPY + table, shown);
  const url = address();
  if (!url) return;
  clearTimeout(waiting.get(table)?.timer);
  const body = new URLSearchParams({ table, columns: shown.join(",") });
  const send = (): void => {
    waiting.delete(table);
    // A page that is left sends it nevertheless; where it fails, the choice lasts in this browser.
    fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, keepalive: true }).catch(() => {});
  };
  waiting.set(table, { timer: window.setTimeout(send, PAUSE_MS), send });
}

/** Let nothing wait for a page that goes. */
export function installColumns(): void {
  forgetColumns();
  addEventListener("pagehide", () => {
    for (const { timer, send } of waiting.values()) {
      clearTimeout(timer);
      send();
    }
  });
}

/** What one account chose is not for the next one in this browser. */
function forgetColumns(): void {
  if (address()) return;
  forget(COPY);
  forget(ASKED, sessionStorage);
}
