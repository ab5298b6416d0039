import { AutocircuitError } from "@autocircuit/base";

/** What goes first: one prompt, whose person waits for it; then words to be made up; slices of a data set; passes of a discovery. */
export const priorities = { prompt: 0, generate: 1, dataSet: 2, discovery: 3 } as const;

/** How often others may go first that came later, before it is somebody's turn whatever their priority. */
const MOST_OVERTAKEN = 8;

interface Waiting {
  readonly priority: number;
  overtaken: number;
  readonly start: () => Promise<void>;
}

/**
 * Runs one piece of work after the other: the most urgent first, among equals the oldest, and nobody waits for ever. The engine computes one
 * pass at a time anyway; this decides which.
 */
export class WorkQueue {
  readonly #waiting: Waiting[] = [];
  #running = false;
  readonly #idle: (() => void)[] = [];

  /** Pieces that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Runs a piece of work when it is its turn.
   *
   * @throws AutocircuitError `aborted` where the signal fires before; else what the work throws
   */
  run<T>(priority: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        const place = this.#waiting.indexOf(entry);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(aborted(signal));
      };
      const entry: Waiting = {
        priority,
        overtaken: 0,
        start: () => {
          signal.removeEventListener("abort", leave);
          return work().then(resolve, reject);
        },
      };
      if (signal.aborted) return reject(aborted(signal));
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(entry);
      this.#next();
    });
  }

  /** Waits until nothing runs and nothing waits. */
  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    if (this.#running) return;
    const entry = this.#take();
    if (entry === undefined) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#running = true;
    void entry.start().finally(() => {
      this.#running = false;
      this.#next();
    });
  }

  #take(): Waiting | undefined {
    let best = this.#waiting.findIndex(({ overtaken }) => overtaken >= MOST_OVERTAKEN);
    if (best < 0) {
      const urgent = Math.min(...this.#waiting.map(({ priority }) => priority));
      best = this.#waiting.findIndex(({ priority }) => priority === urgent);
    }
    const [taken] = this.#waiting.splice(best, best < 0 ? 0 : 1);
    if (taken === undefined) return undefined;
    for (const passed of this.#waiting.slice(0, best)) passed.overtaken++;
    return taken;
  }
}

function aborted({ reason }: AbortSignal): AutocircuitError {
  return new AutocircuitError("aborted", "Stopped before it began: its page went away, or asked for something newer.", {
    cause: reason,
  });
}
