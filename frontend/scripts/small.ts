/** Behaviours of a few lines. */
import { component } from "./lib/component.ts";
import { wholeSeconds } from "./lib/format.ts";
import { toast } from "./lib/toast.ts";

/** Show what was typed as a password. */
export const passwordReveal = component(() => ({
  shown: false,

  toggle(): void {
    this.shown = !this.shown;
    this.$root.querySelector("input")!.type = this.shown ? "text" : "password";
  },
}));

/** Copy a snippet; say so on the button. */
export const copyCode = component(() => ({
  async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.$refs["code"]!.textContent ?? "");
    } catch {
      getSelection()?.selectAllChildren(this.$refs["code"]!);
      return toast({ title: "Selected", detail: "Press Ctrl C to copy.", tone: "" });
    }
    const use = this.$root.querySelector("use")!;
    use.setAttribute("href", "#icon-check");
    this.$root.classList.add("code--copied");
    setTimeout(() => {
      use.setAttribute("href", "#icon-copy");
      this.$root.classList.remove("code--copied");
    }, 2000);
    toast({ title: "Copied", tone: "good" });
  },
}));

/** Goes on counting the seconds that the server said (`data-seconds`). */
export const elapsed = component(() => {
  let timer: ReturnType<typeof setInterval>;
  return {
    init(): void {
      const from = performance.now() - Number(this.$root.dataset["seconds"]) * 1000;
      timer = setInterval(() => {
        this.$root.textContent = wholeSeconds(Math.floor((performance.now() - from) / 1000));
      }, 1000);
    },

    destroy(): void {
      clearInterval(timer);
    },
  };
});

/** Check all boxes of a group, or none. */
export const checkAll = component(() => ({
  set(checked: boolean): void {
    for (const box of this.$root.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) box.checked = checked;
  },

  all(): void {
    this.set(true);
  },

  none(): void {
    this.set(false);
  },
}));
