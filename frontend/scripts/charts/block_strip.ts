import { component } from "../lib/component.ts";
import { showTip } from "./tip.ts";

/** Blocks in a row: arrow keys move among them, and what one holds is shown on hover and focus. */
export const blockStrip = component(() => ({
  show(event: Event): void {
    const block = (event.target as Element).closest(".block");
    if (block) showTip(this.$refs["tip"]!, block, block.getAttribute("aria-label") ?? "");
  },

  hide(): void {
    this.$refs["tip"]!.hidden = true;
  },

  move(event: KeyboardEvent): void {
    const blocks = [...this.$root.querySelectorAll<HTMLElement>(".block")];
    const now = blocks.indexOf(document.activeElement as HTMLElement);
    const row = blocks.findIndex((block) => block.offsetTop > blocks[0]!.offsetTop);
    const goals: Record<string, number> = {
      ArrowRight: now + 1,
      ArrowLeft: now - 1,
      ArrowDown: row > 0 ? now + row : now,
      ArrowUp: row > 0 ? now - row : now,
      Home: 0,
      End: blocks.length - 1,
    };
    const next = blocks[goals[event.key] ?? -1];
    if (now < 0 || !next) return;
    event.preventDefault();
    blocks[now]!.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  },
}));
