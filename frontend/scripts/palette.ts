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

/** An algorithm as the API lists it. */
interface Algorithm {
  name: string;
  title: string;
  family: string;
}

const MOST = 50;
const WAIT_MS = 3000;
const FIRST = "palette-0";

/** The pages of the navigation, with their sections. */
function pages(): Target[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("#navigation .nav-item[href]")].map((link) => {
    const section = link.closest("ul")?.getAttribute("aria-labelledby");
    const detail = (section && document.getElementById(section)?.textContent) || "Page";
    const label = link.textContent?.trim() ?? "";
    return { label, detail, url: link.href, words: `${label} ${detail}`.toLowerCase() };
  });
}

/** The algorithms, each with its page; none where they cannot be asked for: the pages are still there. */
async function algorithms(list: string, page: string): Promise<Target[]> {
  try {
    const answer = await fetch(`${list}?page_size=200`, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    const { results } = (answer.ok ? await answer.json() : { results: [] }) as { results: Algorithm[] };
    return results.map(({ name, title, family }) => ({
      label: title === name ? name : `${title} (${name})`,
      detail: "Algorithm",
      url: `${page}/${encodeURIComponent(name)}`,
      words: `${title} (${name}) ${family} algorithm`.toLowerCase(),
    }));
  } catch {
    return [];
  }
}

/** What fits to what was typed; to look for it among the files comes last, and is always there. */
export function entries(targets: Target[], typed: string, files: string | undefined): Target[] {
  const words = typed.trim();
  const found = fitting(targets, words).slice(0, MOST);
  if (!files || !words) return found;
  const url = `${files}?${new URLSearchParams({ search: words })}`;
  return [...found, { label: `Search files for “${words}”`, detail: "Files", url, words: "" }];
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
  let known: Promise<Target[]> | undefined;
  return {
    items: [] as Item[],

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

    open(): void {
      if (this.dialog.open) return this.close();
      targets = pages();
      this.input.value = "";
      this.draw();
      this.dialog.showModal();
      this.input.focus();
      void this.learn();
    },

    /** Ask for the algorithms once in each page, when the palette is first used. */
    async learn(): Promise<void> {
      const { algorithmsUrl, algorithmUrl } = this.$root.dataset;
      if (!algorithmsUrl || !algorithmUrl) return;
      known ??= algorithms(algorithmsUrl, algorithmUrl);
      targets = [...pages(), ...(await known)];
      this.draw();
    },

    close(): void {
      this.dialog.close();
    },

    draw(): void {
      const all = entries(targets, this.input.value, this.$root.dataset["filesUrl"]);
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
        void this.choose(this.items[now]);
      }
    },

    /** Go to an entry; a first one that nobody pointed at may be another as soon as the algorithms are known. */
    async choose(item: Item): Promise<void> {
      await known;
      this.go(item.id === FIRST ? (this.items[0] ?? item) : item);
    },
  };
});
