/** Trying again what failed for a while: soon at first, and rarely after many times. */

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** No answer, and answers that may be others next time. */
const PASSING = new Set([0, 408, 425, 429]);

/** How long to wait after so many failures in a row, the last with that status; long where time hardly helps. */
export function pauseMs(status: number, failures: number): number {
  if (status < 500 && !PASSING.has(status)) return LONGEST_MS;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
}

export class Again {
  private readonly act: () => void;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(act: () => void) {
    this.act = act;
  }

  /** It failed, and is tried again later: nobody else should try before. */
  get waits(): boolean {
    return this.timer !== undefined;
  }

  failed(status: number): void {
    if (this.waits) return;
    this.failures += 1;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.act();
    }, pauseMs(status, this.failures));
  }

  /** It is being tried. */
  begins(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  worked(): void {
    this.failures = 0;
  }
}
