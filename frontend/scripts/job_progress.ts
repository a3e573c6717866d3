import { component } from "./lib/component.ts";
import { progress as words } from "./lib/format.ts";
import { socketUrl } from "./lib/http.ts";
import { Speed } from "./lib/speed.ts";
import { LastingSocket } from "./socket.ts";

interface Message {
  kind: string;
  status: string;
  progress?: { done?: number; total?: number | null; unit?: string; message?: string };
}

export const ENDED = new Set(["succeeded", "failed", "cancelled"]);

/**
 * A progress bar that follows one job (`data-job`) by its own socket. Shows what was reported and nothing else;
 * when the job has ended, the event `job:ended` {id, status} bubbles, on which a part can fetch itself anew.
 */
export const jobProgress = component(() => {
  let socket: LastingSocket | undefined;
  const speed = new Speed();
  return {
    init(): void {
      const id = this.$root.dataset["job"]!;
      socket = new LastingSocket(socketUrl(`/api/v1/jobs/${id}/stream`), {
        message: (data) => this.take(id, data as Message),
      });
    },

    destroy(): void {
      socket?.close();
    },

    take(id: string, message: Message): void {
      if (message.progress) this.show(message.progress);
      if (!message.status) return;
      if (!ENDED.has(message.status)) return;
      socket?.close();
      const detail = { id, status: message.status };
      this.$root.dispatchEvent(new CustomEvent("job:ended", { bubbles: true, detail }));
    },

    show({ done = 0, total = null, unit = "", message = "" }: NonNullable<Message["progress"]>): void {
      speed.note(done, performance.now());
      const bar = this.$root.querySelector("progress")!;
      if (total) {
        bar.max = total;
        bar.value = done;
      }
      const figures = words({ done, total, unit, perSecond: speed.perSecond });
      const text = [message, figures].filter(Boolean).join(" · ");
      for (const part of this.$root.querySelectorAll("[data-progress-figures]")) part.textContent = text;
    },
  };
});
