import { problemText, type Problem } from "./http.ts";

/** What a toast says; the server sends the same in `HX-Trigger: {"toast": {…}}`. */
export interface Toast {
  title: string;
  detail?: string | undefined;
  tone?: "good" | "warn" | "bad" | "" | undefined;
  request_id?: string | undefined;
  undo_url?: string | undefined;
  undo_label?: string | undefined;
  /** Stay until it is closed; errors always do. */
  stays?: boolean;
}

export function toast(message: Toast): void {
  window.dispatchEvent(new CustomEvent("toast", { detail: message }));
}

export function toastProblem(problem: Problem): void {
  const tone = problem.status === 0 || problem.status === 429 ? "warn" : "bad";
  toast({ title: problem.title, detail: problemText(problem), tone, request_id: problem.request_id });
}

/** The session ended behind an open page: say so, and leave what is typed there alone. */
export function toastSignedOut(): void {
  toast({
    title: "You are signed out",
    detail: "This page no longer renews itself. Sign in again to go on.",
    tone: "warn",
    stays: true,
  });
}
