import { component } from "./lib/component.ts";

const ITEMS = "a, button, input";

/** Put the panel below its button, or above where there is no room; nothing that scrolls cuts it off. */
function place(panel: HTMLElement, button: HTMLElement): void {
  panel.style.position = "fixed"; // first: within its button's place it may be narrower
  panel.style.inset = "auto";
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const { offsetHeight: height, offsetWidth: width } = panel;
  const atLeft = panel.closest(".menu--left") || right - width < 8;
  panel.style.left = `${Math.max(8, Math.min(innerWidth - width - 8, atLeft ? left : right - width))}px`;
  panel.style.top = `${bottom + 6 + height > innerHeight && top > height + 6 ? top - height - 6 : bottom + 6}px`;
}

/** A `<details>` that behaves as a menu: one step of focus, closed by Escape and by a click elsewhere. */
export const menu = component(() => ({
  init(): void {
    const details = this.$root as HTMLDetailsElement;
    const summary = details.querySelector("summary")!;
    const close = (): void => {
      details.open = false;
    };
    const away = (event: Event): void => {
      if (!details.contains(event.target as Node)) close();
    };
    details.addEventListener("toggle", () => {
      const listen = details.open ? document.addEventListener : document.removeEventListener;
      listen.call(document, "click", away);
      listen.call(document, "focusin", away);
      listen.call(window, "resize", close);
      listen.call(document, "scroll", close, true);
      if (details.open) place(details.querySelector<HTMLElement>(".menu-panel")!, summary);
    });
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && details.open) {
        event.stopPropagation();
        close();
        summary.focus();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        this.step(event);
      }
    });
  },

  /** Move among the items of the open panel; radio buttons keep their own arrow keys. */
  step(event: KeyboardEvent): void {
    if ((event.target as HTMLElement).matches("input[type=radio]")) return;
    const details = this.$root as HTMLDetailsElement;
    const items = [...details.querySelectorAll<HTMLElement>(`.menu-panel :is(${ITEMS})`)];
    if (!items.length) return;
    event.preventDefault();
    details.open = true;
    const now = items.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    items.at(now < 0 && step < 0 ? -1 : (now + step) % items.length)?.focus();
  },
}));
