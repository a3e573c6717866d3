import { component } from "./lib/component.ts";

/** Tabs made from the titles of their panels; arrow keys, Home and End move among them. */
export const tabs = component(() => {
  let panels: HTMLElement[] = [];
  let buttons: HTMLButtonElement[] = [];
  return {
    init(): void {
      panels = [...this.$root.querySelectorAll<HTMLElement>(":scope > .tab-panel")];
      buttons = panels.map((panel) => this.button(panel));
      this.$refs["list"]!.replaceChildren(...buttons);
      this.$root.classList.add("is-ready");
      const asked = panels.findIndex((panel) => `#${panel.id}` === location.hash);
      this.choose(Math.max(0, asked));
    },

    button(panel: HTMLElement): HTMLButtonElement {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "tab";
      button.id = `${panel.id}-tab`;
      button.textContent = panel.dataset["title"] ?? "";
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", panel.id);
      button.addEventListener("click", () => this.choose(buttons.indexOf(button), { keep: true }));
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
      panel.tabIndex = 0;
      return button;
    },

    choose(chosen: number, { keep = false } = {}): void {
      buttons.forEach((button, index) => {
        button.setAttribute("aria-selected", String(index === chosen));
        button.tabIndex = index === chosen ? 0 : -1;
        panels[index]!.hidden = index !== chosen;
        if ("exclusive" in this.$root.dataset) panels[index]!.querySelector("fieldset")!.disabled = index !== chosen;
      });
      if (keep && "keep" in this.$root.dataset) history.replaceState(history.state, "", `#${panels[chosen]!.id}`);
    },

    move(event: KeyboardEvent): void {
      const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
      const goals: Record<string, number> = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 };
      const goal = goals[event.key];
      if (now < 0 || goal === undefined) return;
      event.preventDefault();
      const next = buttons.at(goal % buttons.length)!;
      next.focus();
      next.click();
    },
  };
});
