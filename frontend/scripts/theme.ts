import { component } from "./lib/component.ts";
import { keepCookie } from "./lib/cookie.ts";

/** `themechange` on window tells charts and editors that the colours are others now. */
function announce(): void {
  window.dispatchEvent(new CustomEvent("themechange", { detail: { theme: currentTheme() } }));
}

export function currentTheme(): "light" | "dark" {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** The value of a colour token (`--c1`) now, for canvases; styles simply use the token. */
export function colour(token: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function followSystemTheme(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
}

/** System, light or dark, chosen by radio buttons. */
export const themeSwitch = component(() => ({
  choose(event: Event): void {
    const { value } = event.target as HTMLInputElement;
    if (value === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = value;
    keepCookie("theme", value);
    announce();
  },
}));
