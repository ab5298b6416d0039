import { isAborted } from "./errors.ts";

/** Runs one thing at a time: a newer one takes back the older, whose answer is never seen. */
export class Latest {
  #current: AbortController | null = null;

  /** Gives what `work` gives, or undefined where something newer came in between or it was taken back. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.cancel();
    const own = new AbortController();
    this.#current = own;
    try {
      const result = await work(own.signal);
      return own.signal.aborted ? undefined : result;
    } catch (error) {
      if (own.signal.aborted || isAborted(error)) return undefined;
      throw error;
    } finally {
      if (this.#current === own) this.#current = null;
    }
  }

  cancel(): void {
    this.#current?.abort();
    this.#current = null;
  }
}
