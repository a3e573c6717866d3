import { component } from "../lib/component.ts";
import { showTip } from "./tip.ts";

/** Parts of a picture that the server drew: what one is, is shown on hover and focus; arrow keys move among them. */
export const chartParts = component(() => ({
  show(event: Event): void {
    const part = (event.target as Element).closest(".part");
    if (part) showTip(this.$refs["tip"]!, part, part.getAttribute("aria-label") ?? "");
  },

  hide(): void {
    this.$refs["tip"]!.hidden = true;
  },

  move(event: KeyboardEvent): void {
    const now = document.activeElement!.closest<SVGElement>(".part");
    const parts = [...(now?.parentElement?.querySelectorAll<SVGElement>(".part") ?? [])];
    const at = parts.indexOf(now!);
    const goals: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: parts.length - 1 };
    const next = parts[goals[event.key] ?? -1];
    if (!now || !next) return;
    event.preventDefault();
    for (const part of parts) part.tabIndex = part === next ? 0 : -1;
    next.focus();
  },
}));
