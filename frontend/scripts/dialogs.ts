import { component } from "./lib/component.ts";

/** Ask a yes-or-no question in the page's own dialog. */
export function ask(question: string, yes = "Continue"): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("#confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("h2")!.textContent = question;
  dialog.querySelector("[data-confirm-yes]")!.textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Ask before a button or link with `data-confirm` acts; once confirmed, it acts as if clicked for the first time. */
function guard(event: MouseEvent): void {
  const target = (event.target as Element).closest<HTMLElement>("[data-confirm]");
  if (!target || target.dataset["confirmed"] !== undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const words = target.textContent?.trim() || "Continue";
  void ask(target.dataset["confirm"]!, words).then((sure) => {
    if (!sure) return;
    target.dataset["confirmed"] = "";
    target.click();
    delete target.dataset["confirmed"];
  });
}

/** `data-opens="id"` opens a dialog, `data-closes` closes the one it is in. */
function route(event: MouseEvent): void {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>("[data-opens]");
  if (opener) document.querySelector<HTMLDialogElement>(`#${CSS.escape(opener.dataset["opens"]!)}`)?.showModal();
  target.closest("[data-closes]")?.closest("dialog")?.close();
}

export function installDialogs(): void {
  document.addEventListener("click", guard, { capture: true });
  document.addEventListener("click", route);
  document.addEventListener("htmx:confirm", (event) => {
    const { question, issueRequest } = (
      event as CustomEvent<{ question?: string; issueRequest: (skip: boolean) => void }>
    ).detail;
    if (!question) return;
    event.preventDefault();
    void ask(question).then((sure) => sure && issueRequest(true));
  });
}

/** The button stays shut until the name of what will be destroyed is typed. */
export const confirmName = component(() => ({
  differs: true,

  compare(event: Event): void {
    this.differs = (event.target as HTMLInputElement).value !== this.$root.dataset["name"];
  },
}));
