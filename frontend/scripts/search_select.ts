import { component } from "./lib/component.ts";

interface Fitting {
  label: string;
  /** All that can be searched, in small letters. */
  words: string;
}

/**
 * The options that fit: every word typed occurs in the option's label, note or heading. First come those whose name
 * is what was typed, then those whose name, or a word of it, begins so; else they keep their order.
 */
export function fitting<T extends Fitting>(options: T[], typed: string): T[] {
  const sought = typed.trim().toLowerCase();
  const words = sought.split(/\s+/);
  const rank = ({ label }: T): number => {
    const parts = label.toLowerCase().split(/[\s()]+/);
    if (parts.includes(sought)) return 0;
    return parts.some((part) => part.startsWith(sought)) ? 1 : 2;
  };
  const fit = options.filter((option) => words.every((word) => option.words.includes(word)));
  return sought ? fit.toSorted((a, b) => rank(a) - rank(b)) : fit;
}

interface Choice extends Fitting {
  option: HTMLOptionElement;
  heading: string;
}

/** Lay a combobox (ARIA 1.2) over a native select, which stays the field of the form. */
export const searchSelect = component(() => {
  let select: HTMLSelectElement;
  let choices: Choice[] = [];
  let shown: Choice[] = [];
  let active = -1;
  const input = document.createElement("input");
  const list = document.createElement("ul");
  return {
    init(): void {
      select = this.$root.querySelector("select")!;
      choices = [...select.options].map((option) => {
        const heading = option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : "";
        const words = `${option.label} ${option.dataset["note"] ?? ""} ${heading}`.toLowerCase();
        return { option, heading, label: option.label, words };
      });
      this.build();
      this.settle();
    },

    build(): void {
      const id = `${select.id}-search`;
      Object.assign(input, { id, type: "text", className: "input", autocomplete: "off", spellcheck: false });
      Object.assign(list, { id: `${id}-list`, className: "listbox", hidden: true });
      list.setAttribute("role", "listbox");
      for (const [name, value] of Object.entries({
        role: "combobox",
        "aria-controls": list.id,
        "aria-expanded": "false",
        "aria-autocomplete": "list",
      })) {
        input.setAttribute(name, value);
      }
      for (const name of ["aria-describedby", "aria-invalid"]) {
        const value = select.getAttribute(name);
        if (value) input.setAttribute(name, value);
      }
      const label = document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(select.id)}"]`);
      if (label) label.htmlFor = id;
      list.setAttribute("aria-label", label?.innerText.trim() ?? "");
      select.classList.add("visually-hidden");
      select.tabIndex = -1;
      select.setAttribute("aria-hidden", "true");
      this.$root.append(input, list);
      this.listen();
    },

    listen(): void {
      select.addEventListener("change", () => this.settle());
      input.addEventListener("click", () => this.open(""));
      input.addEventListener("input", () => this.open(input.value));
      input.addEventListener("keydown", (event) => this.keys(event));
      input.addEventListener("blur", () => this.close());
      list.addEventListener("pointerdown", (event) => {
        event.preventDefault(); // the field keeps the focus
        const item = (event.target as Element).closest<HTMLElement>("[role=option]");
        if (item) this.take(Number(item.dataset["index"]));
      });
    },

    /** Show what is chosen. */
    settle(): void {
      input.value = select.selectedOptions[0]?.label ?? "";
    },

    open(typed: string): void {
      shown = fitting(choices, typed);
      active = Math.max(
        0,
        shown.findIndex((choice) => choice.option.selected),
      );
      if (typed) active = 0;
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      if (!typed) input.select();
      this.draw();
    },

    close(): void {
      if (list.hidden) return;
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      this.settle();
    },

    draw(): void {
      const items: HTMLElement[] = [];
      let heading = "";
      shown.forEach((choice, index) => {
        if (choice.heading !== heading)
          items.push(element("li", "listbox-group", (heading = choice.heading), "presentation"));
        items.push(this.item(choice, index));
      });
      if (!items.length) items.push(element("li", "listbox-empty", "Nothing fits", "presentation"));
      list.replaceChildren(...items);
      this.mark(active);
    },

    item({ option }: Choice, index: number): HTMLElement {
      const item = element("li", "", "", "option");
      item.id = `${list.id}-${index}`;
      item.dataset["index"] = String(index);
      item.setAttribute("aria-selected", String(option.selected));
      const { colour, note } = option.dataset;
      if (colour) item.append(element("span", `dot group-${colour}`));
      item.append(element("span", "", option.label));
      if (note) item.append(element("small", "", note));
      return item;
    },

    mark(index: number): void {
      active = index;
      const items = list.querySelectorAll<HTMLElement>("[role=option]");
      items.forEach((item, at) => item.classList.toggle("is-active", at === index));
      const item = items[index];
      if (!item) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    },

    take(index: number): void {
      const choice = shown[index];
      if (choice && !choice.option.selected) {
        choice.option.selected = true;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      this.close();
    },

    keys(event: KeyboardEvent): void {
      if (list.hidden) {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        return this.open("");
      }
      const last = shown.length - 1;
      const goals: Record<string, number> = {
        ArrowDown: Math.min(last, active + 1),
        ArrowUp: Math.max(0, active - 1),
        PageDown: Math.min(last, active + 8),
        PageUp: Math.max(0, active - 8),
      };
      const goal = goals[event.key];
      if (goal !== undefined) this.mark(goal);
      else if (event.key === "Enter") this.take(active);
      else if (event.key === "Escape") this.close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
});

function element(name: string, className: string, text = "", role = ""): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  if (role) made.setAttribute("role", role);
  return made;
}
