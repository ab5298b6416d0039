/** The time that a search, or a part of it, may take: its signal stops what computes when that is over. */
export class SearchClock implements Disposable {
  /** Fires when the time is over, and with the signal from outside. */
  readonly signal: AbortSignal | undefined;
  readonly #outside: AbortSignal | undefined;
  readonly #until: number;
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param seconds infinite for a clock that never ends
   * @param outside the caller's signal, or the clock's of which this is a part
   */
  constructor(seconds: number, outside: AbortSignal | undefined) {
    this.#outside = outside;
    this.#until = performance.now() + 1000 * seconds;
    this.signal = outside;
    if (!Number.isFinite(seconds)) return;
    const over = new AbortController();
    // Timers hold 31 bits of milliseconds; nobody waits for three weeks.
    this.#timer = setTimeout(() => over.abort(), Math.min(1000 * Math.max(0, seconds), 2 ** 31 - 1));
    this.signal = outside === undefined ? over.signal : AbortSignal.any([outside, over.signal]);
  }

  /** Seconds left. */
  get left(): number {
    return Math.max(0, (this.#until - performance.now()) / 1000);
  }

  /** Whether its own time is over: what it stopped is to end with what there is, not to fail. */
  get over(): boolean {
    return this.signal?.aborted === true && this.#outside?.aborted !== true;
  }

  /** A part of the time that is left. */
  part(share: number): SearchClock {
    return new SearchClock(share * this.left, this.signal);
  }

  /**
   * Does work under this clock.
   *
   * @returns whether it was done; false where the time was over before
   * @throws whatever the work throws for other reasons
   */
  async within(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === "aborted" && this.over) return false;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
