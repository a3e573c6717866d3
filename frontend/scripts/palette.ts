import { component } from "./lib/component.ts";
import { fitting } from "./search_select.ts";

interface Target {
  label: string;
  detail: string;
  url: string;
  words: string;
}

interface Item extends Target {
  id: string;
  active: boolean;
}

interface Found {
  label: string;
  url: string;
  kind?: string;
  detail?: string;
}

const MOST = 50;
const WAIT_MS = 180;

/** The pages of the navigation, with their sections. */
function pages(): Target[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("#navigation .nav-item[href]")].map((link) => {
    const section = link.closest("ul")?.getAttribute("aria-labelledby");
    const detail = (section && document.getElementById(section)?.textContent) || "Page";
    const label = link.textContent?.trim() ?? "";
    return { label, detail, url: link.href, words: `${label} ${detail}`.toLowerCase() };
  });
}

/** Ctrl K (or ⌘ K) and every `data-palette` button open the palette. */
export function installPalette(): void {
  const open = (event: Event): void => {
    event.preventDefault();
    window.dispatchEvent(new CustomEvent("palette-open"));
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) open(event);
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-palette]")) open(event);
  });
}

/** Type a few letters, go there. */
export const palette = component(() => {
  let targets: Target[] = [];
  let found: Target[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request: AbortController | undefined;
  return {
    items: [] as Item[],
    busy: false,

    get dialog(): HTMLDialogElement {
      return this.$root as HTMLDialogElement;
    },

    get input(): HTMLInputElement {
      return this.$refs["input"] as HTMLInputElement;
    },

    get activeId(): string | null {
      return this.items.find((item) => item.active)?.id ?? null;
    },

    get nothing(): boolean {
      return this.items.length === 0;
    },

    get nothingWords(): string {
      return this.busy ? "Searching …" : "Nothing found";
    },

    open(): void {
      if (this.dialog.open) return this.close();
      targets = pages();
      found = [];
      this.input.value = "";
      this.draw();
      this.dialog.showModal();
      this.input.focus();
    },

    close(): void {
      this.dialog.close();
    },

    /** Filter the pages at once; ask the server when typing rests. */
    search(): void {
      clearTimeout(timer);
      request?.abort();
      found = [];
      const typed = this.input.value.trim();
      const url = this.$root.dataset["url"];
      this.busy = Boolean(url && typed.length > 1);
      if (this.busy) timer = setTimeout(() => void this.ask(url!, typed), WAIT_MS);
      this.draw();
    },

    async ask(url: string, typed: string): Promise<void> {
      request = new AbortController();
      try {
        const answer = await fetch(`${url}?q=${encodeURIComponent(typed)}`, {
          signal: request.signal,
          headers: { accept: "application/json" },
        });
        const { results } = (answer.ok ? await answer.json() : { results: [] }) as { results: Found[] };
        found = results.map((item) => ({
          label: item.label,
          url: item.url,
          detail: item.detail ?? item.kind ?? "",
          words: "",
        }));
      } catch {
        return; // typed on, or no connection: the pages are still there
      }
      this.busy = false;
      this.draw();
    },

    draw(): void {
      const all = [...fitting(targets, this.input.value), ...found].slice(0, MOST);
      this.items = all.map((target, index) => ({ ...target, id: `palette-${index}`, active: index === 0 }));
    },

    activate(chosen: Item): void {
      for (const item of this.items) item.active = item.id === chosen.id;
    },

    go(item: Item): void {
      this.close();
      location.assign(item.url);
    },

    keys(event: KeyboardEvent): void {
      const now = this.items.findIndex((item) => item.active);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && this.items.length) {
        event.preventDefault();
        this.activate(this.items.at((now + step) % this.items.length)!);
        void this.$nextTick(() =>
          this.$refs["list"]!.querySelector(".is-active")?.scrollIntoView({ block: "nearest" }),
        );
      } else if (event.key === "Enter" && this.items[now]) {
        event.preventDefault();
        this.go(this.items[now]);
      }
    },
  };
});
