import { component } from "./lib/component.ts";
import type { Toast } from "./lib/toast.ts";

const LASTS_MS = 6000;
const UNDO_LASTS_MS = 12000;
const MOST = 4;

/** Fill a copy of the server's template; parts without words are left out. */
function fill(item: HTMLElement, message: Toast): void {
  item.querySelector(".toast-title")!.textContent = message.title;
  const parts = { ".toast-detail": message.detail, ".request-id code": message.request_id };
  for (const [selector, words] of Object.entries(parts)) {
    const part = item.querySelector(selector)!;
    if (words) part.textContent = words;
    else (part.closest(".request-id") ?? part).remove();
  }
  const form = item.querySelector<HTMLFormElement>("form")!;
  if (!message.undo_url) return form.remove();
  form.action = message.undo_url;
  form.querySelector<HTMLInputElement>("[name=next]")!.value = location.pathname + location.search;
  if (message.undo_label) form.querySelector("button")!.textContent = message.undo_label;
}

/** Let a toast leave after a while, but not while it is looked at; errors stay until they are closed. */
function expire(item: HTMLElement): void {
  if (item.dataset["tone"] === "bad") return;
  const wait = item.querySelector("form") ? UNDO_LASTS_MS : LASTS_MS;
  let timer = setTimeout(() => item.remove(), wait);
  const hold = (): void => clearTimeout(timer);
  const release = (): void => {
    timer = setTimeout(() => item.remove(), wait / 2);
  };
  item.addEventListener("pointerenter", hold);
  item.addEventListener("focusin", hold);
  item.addEventListener("pointerleave", release);
  item.addEventListener("focusout", release);
}

/** Short messages: those the page came with, and `toast` events. */
export const toasts = component(() => ({
  init(): void {
    const list = this.$refs["list"]!;
    for (const item of list.children) expire(item as HTMLElement);
    list.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-dismiss]")) (event.target as Element).closest("li")?.remove();
    });
    window.addEventListener("toast", (event) => this.show((event as CustomEvent<Toast>).detail));
  },

  show(message: Toast): void {
    const list = this.$refs["list"]!;
    const words = `${message.title}|${message.detail ?? ""}`;
    for (const item of list.children) if ((item as HTMLElement).dataset["words"] === words) item.remove();
    const template = this.$root.querySelector<HTMLTemplateElement>(`template[data-toast="${message.tone ?? ""}"]`);
    const item = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
    if (!item) return;
    item.dataset["words"] = words;
    fill(item, message);
    list.append(item);
    while (list.children.length > MOST) list.firstElementChild!.remove();
    if (!message.stays) expire(item);
  },
}));
