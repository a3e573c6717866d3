/** Speed over the last seconds, from what was reported; nothing is made up between two reports. */
export class Speed {
  private readonly windowMs: number;
  private readonly marks: { at: number; done: number }[] = [];

  /** @param windowMs how far back the average looks */
  constructor(windowMs = 8000) {
    this.windowMs = windowMs;
  }

  /** Note that `done` units were done at `at` (ms). Going backwards begins anew. */
  note(done: number, at: number): void {
    const last = this.marks.at(-1);
    if (last && done < last.done) this.marks.length = 0;
    this.marks.push({ at, done });
    while (this.marks.length > 2 && this.marks[0]!.at < at - this.windowMs) this.marks.shift();
  }

  /** Units per second, or null while too little is known (under half a second, or no advance). */
  get perSecond(): number | null {
    const first = this.marks[0];
    const last = this.marks.at(-1);
    if (!first || !last || last.at - first.at < 500 || last.done <= first.done) return null;
    return ((last.done - first.done) / (last.at - first.at)) * 1000;
  }
}
