/**
 * Live metrics: `subscribe` calls `sample` for each one, over a socket, for as long as somebody looks at the page.
 *
 * A hidden page has no socket. One that hears nothing for longer than the server is ever silent takes another. While
 * there is no socket, and the account may, the same is asked of `GET /metrics/system` every two seconds.
 */
import { LastingSocket, type SocketEvents } from "../socket.ts";
import { getJson, ProblemError, socketUrl } from "./http.ts";

const STREAM = "/api/v1/live-metrics/stream";
const SYSTEM = "/api/v1/metrics/system";
const POLL_MS = 2000;
// The server says something every ten seconds.
const DEAD_MS = 25_000;

/** How a part of the platform is. */
export interface Component {
  name: string;
  status: string;
  latency_ms: number | null;
  uptime_s: number | null;
  log: unknown[];
}

/** What is new of one machine. `components` is there when one of them is not as it was. */
export interface LiveSample {
  t: string;
  machine?: string;
  metrics: Record<string, number>;
  components?: Component[];
}

/** `live` over the socket, `polling` without one, `waiting` for either, `paused` while hidden, `refused` for good. */
export type LiveState = "live" | "polling" | "waiting" | "paused" | "refused";

export interface LiveEvents {
  sample(sample: LiveSample): void;
  state?(state: LiveState): void;
}

/** What the client needs of the browser; tests have their own. */
export interface World {
  open(url: string, events: SocketEvents): { send(data: unknown): void; close(): void };
  ask(): Promise<{ t: string; metrics: Record<string, { value: number }>; components?: Component[] }>;
  hidden(): boolean;
  onVisibility(act: () => void): () => void;
}

const browser: World = {
  open: (url, events) => new LastingSocket(socketUrl(url), events),
  ask: () => getJson(SYSTEM),
  hidden: () => document.hidden,
  onVisibility(act) {
    document.addEventListener("visibilitychange", act);
    return () => document.removeEventListener("visibilitychange", act);
  },
};

/** Whether a name is meant by a pattern, in which `*` stands for anything: as the server has it. */
export function matches(pattern: string, name: string): boolean {
  const [first, ...others] = pattern.split("*") as [string, ...string[]];
  const last = others.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let position = first.length;
  for (const part of others) {
    const found = name.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return name.length - position >= last.length && name.endsWith(last);
}

export class LiveMetrics {
  private socket: ReturnType<World["open"]> | null = null;
  private state: LiveState | null = null;
  private poll: ReturnType<typeof setInterval> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private patterns: string[];
  private intervalMs: number;
  private readonly events: LiveEvents;
  private readonly world: World;
  private readonly unwatch: () => void;

  constructor(patterns: string[], intervalMs: number, events: LiveEvents, world: World = browser) {
    [this.patterns, this.intervalMs, this.events, this.world] = [patterns, intervalMs, events, world];
    this.unwatch = world.onVisibility(() => this.look());
    this.look();
  }

  /** Ask for something else from now on. */
  change(patterns: string[], intervalMs: number): void {
    [this.patterns, this.intervalMs] = [patterns, intervalMs];
    this.ask();
  }

  /** Stop for good. */
  close(): void {
    this.unwatch();
    this.rest();
  }

  private look(): void {
    if (this.state === "refused") return;
    if (this.world.hidden()) {
      this.rest();
      this.say("paused");
    } else if (!this.socket) {
      this.say("waiting");
      this.open();
    }
  }

  private open(): void {
    this.heard();
    this.socket = this.world.open(STREAM, {
      connected: () => this.ask(),
      message: (data) => this.take(data as Partial<LiveSample> & { kind?: string; detail?: string }),
      down: () => this.fallBack(),
      refused: () => {
        this.rest();
        this.say("refused");
      },
    });
  }

  private ask(): void {
    this.socket?.send({ subscribe: this.patterns, interval_ms: this.intervalMs });
  }

  private take(message: Partial<LiveSample> & { kind?: string; detail?: string }): void {
    this.heard();
    this.stopPolling();
    this.say("live");
    if (message.kind === "error") console.error("live metrics:", message.detail);
    else if (message.metrics) this.events.sample(message as LiveSample);
  }

  /** Something came; when nothing does for long, the connection is dead, whatever the browser thinks. */
  private heard(): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      this.socket?.close();
      this.fallBack();
      this.open();
    }, DEAD_MS);
  }

  private fallBack(): void {
    if (this.poll === undefined) this.say("waiting");
    this.poll ??= setInterval(() => void this.pollOnce(), Math.max(POLL_MS, this.intervalMs));
  }

  private async pollOnce(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const { metrics, ...rest } = await this.world.ask();
      if (this.poll === undefined) return;
      this.say("polling");
      const wanted = Object.entries(metrics).filter(([name]) => this.patterns.some((each) => matches(each, name)));
      this.events.sample({ ...rest, metrics: Object.fromEntries(wanted.map(([name, { value }]) => [name, value])) });
    } catch (error) {
      // Who may not ask will not be told anything else in two seconds.
      if (error instanceof ProblemError && error.problem.status >= 400 && error.problem.status < 500) this.stopPolling();
      else if (this.poll !== undefined) this.say("waiting");
    } finally {
      this.asking = false;
    }
  }

  private stopPolling(): void {
    clearInterval(this.poll);
    this.poll = undefined;
  }

  private rest(): void {
    this.stopPolling();
    clearTimeout(this.watch);
    this.socket?.close();
    this.socket = null;
  }

  private say(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.events.state?.(state);
  }
}

/** Follow the series that the patterns mean, one sample each `intervalMs` at most. */
export const subscribe = (patterns: string[], intervalMs: number, events: LiveEvents): LiveMetrics =>
  new LiveMetrics(patterns, intervalMs, events);
