/** The figures of one window: series are asked for when a chart comes into sight, several at a time. */
import { Table } from "../charts/series/table.ts";
import { history, type Source } from "./history.ts";
import type { Window } from "./ranges.ts";

const GATHER_MS = 30;

export interface Told {
  /** There is more to see. */
  loaded(): void;
  failed(error: unknown): void;
}

export class Loading {
  readonly table = new Table();
  readonly window: Window;
  /** When it was asked for. */
  readonly askedAt: number;
  stepS: number;
  private readonly source: Source;
  private readonly resolution: "raw" | "auto";
  private readonly told: Told;
  private readonly asked = new Set<string>();
  private readonly stopping = new AbortController();
  private waiting: string[] = [];
  private underWay = 0;

  /** @param raw whether each second is asked for, however many there are; `now` is the server's time */
  constructor(source: Source, window: Window, raw: boolean, now: number, told: Told) {
    this.source = source;
    this.window = window;
    this.askedAt = now;
    this.resolution = raw ? "raw" : "auto";
    this.stepS = 1;
    this.told = told;
  }

  /** Something was asked for and is not there yet. */
  get busy(): boolean {
    return this.underWay > 0 || this.waiting.length > 0;
  }

  want(names: string[]): void {
    const missing = names.filter((name) => !this.asked.has(name));
    if (!missing.length) return;
    for (const name of missing) this.asked.add(name);
    if (!this.waiting.length) setTimeout(() => void this.fetch(), GATHER_MS);
    this.waiting.push(...missing);
  }

  /** Another window is wanted. */
  stop(): void {
    this.stopping.abort();
  }

  private async fetch(): Promise<void> {
    const names = this.waiting;
    this.waiting = [];
    this.underWay += 1;
    try {
      const { signal } = this.stopping;
      signal.throwIfAborted();
      const found = await history(this.source, names, this.window, this.resolution, signal);
      this.stepS = found.stepS;
      for (const [name, points] of found.points) this.table.put(name, points);
      this.underWay -= 1;
      this.told.loaded();
    } catch (error) {
      this.underWay -= 1;
      for (const name of names) this.asked.delete(name);
      if (!this.stopping.signal.aborted) this.told.failed(error);
    }
  }
}
