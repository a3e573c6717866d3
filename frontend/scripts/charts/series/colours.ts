import { colour } from "../../theme.ts";

let known = new Map<string, string>();

if (typeof window !== "undefined") addEventListener("themechange", () => (known = new Map()));

/** A token as a colour for a canvas, as the theme has it now. */
export function paint(token: string): string {
  let value = known.get(token);
  if (!value) known.set(token, (value = colour(token)));
  return value;
}

/** The same, let through. */
export function wash(token: string, share: number): string {
  return `color-mix(in srgb, ${paint(token)} ${Math.round(share * 100)}%, transparent)`;
}
