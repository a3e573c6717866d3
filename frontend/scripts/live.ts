/**
 * Keep what is shown true: one socket for the page brings hints ("job X changed"), and every element that says
 * `data-live="job:X"` gets the event `live`, on which htmx fetches it anew (`hx-get`, `hx-trigger="live"`).
 *
 * `data-live` lists what an element shows, by blanks: `job:<id>`, or `job:*` for the status of any job. A hint for an
 * element comes through at once and then at most every 400 ms. After a break everything live is fetched anew. While
 * there is no socket, elements with `data-running` are fetched every 3 s.
 */
import { coalesce } from "./lib/coalesce.ts";
import { eventsUrl, socketUrl } from "./lib/http.ts";
import { toastSignedOut } from "./lib/toast.ts";
import { LastingSocket } from "./socket.ts";

const PAUSE_MS = 400;
const POLL_MS = 3000;

interface Hint {
  kind: string;
  id?: string;
  status?: string;
}

/**
 * Return a function from hints to what they concern: `{"kind": "job.changed", "id": "7"}` concerns `job:7`, and
 * `job:*` unless the object only got further: lists and counts change when its status does.
 */
export function topics(): (hint: Hint) => string[] {
  const statuses = new Map<string, string>();
  return ({ kind, id, status }) => {
    const subject = kind.split(".")[0]!;
    const any = `${subject}:*`;
    if (!id) return [any];
    const one = `${subject}:${id}`;
    const further = status !== undefined && statuses.get(one) === status;
    if (status !== undefined) statuses.set(one, status);
    return further ? [one] : [one, any];
  };
}

/** Tell the elements that show `topic`; their htmx parts fetch themselves. */
function refresh(topic: string): void {
  for (const element of document.querySelectorAll(`[data-live~="${CSS.escape(topic)}"]`)) tell(element);
}

function tell(element: Element): void {
  element.dispatchEvent(new CustomEvent("live"));
}

function tellAll(selector: string): void {
  document.querySelectorAll(selector).forEach(tell);
}

/**
 * Exchange nothing that is being pressed: a click whose button went away before it was let go is none. What came
 * meanwhile is fetched anew afterwards.
 */
function keepWhatIsPressed(): void {
  let pressed: Node | null = null;
  const late = new Set<Element>();
  const letGo = (): void => {
    // After the click, which follows.
    setTimeout(() => {
      pressed = null;
      late.forEach(tell);
      late.clear();
    });
  };
  addEventListener("pointerdown", ({ target }) => (pressed = target as Node), true);
  addEventListener("pointerup", letGo, true);
  addEventListener("pointercancel", letGo, true);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent).detail as {
      target: Element;
      shouldSwap: boolean;
      requestConfig: { triggeringEvent?: Event };
    };
    if (detail.requestConfig.triggeringEvent?.type !== "live" || !detail.target.contains(pressed)) return;
    detail.shouldSwap = false;
    late.add(detail.target);
  });
}

export function installLive(): void {
  keepWhatIsPressed();
  const path = eventsUrl();
  if (!path) return;
  const topicsOf = topics();
  const hint = coalesce(refresh, PAUSE_MS);
  let polling: ReturnType<typeof setInterval> | undefined;
  new LastingSocket(socketUrl(path), {
    message(data) {
      topicsOf(data as Hint).forEach(hint);
      document.dispatchEvent(new CustomEvent("hint", { detail: data }));
    },
    open(again) {
      clearInterval(polling);
      polling = undefined;
      if (again) tellAll("[data-live]");
    },
    down() {
      polling ??= setInterval(() => tellAll("[data-live][data-running]"), POLL_MS);
    },
    refused(code) {
      clearInterval(polling);
      if (code === 4401) toastSignedOut();
    },
  });
}
