import { AutocircuitError } from "@autocircuit/base";

/** Who asks, and for the how manieth time. */
export interface Turn {
  readonly page: string;
  readonly sequence: number;
}

/** Pages remembered at most; the oldest are forgotten. */
const MOST_PAGES = 256;

/** Keeps of each page's requests of one kind the newest: an older one is cancelled, and one that comes in late is refused. */
export class Newest {
  readonly #latest = new Map<string, { sequence: number; abort: AbortController }>();

  /**
   * Takes the place of the page's older requests.
   *
   * @returns a signal that fires when a newer one takes this one's
   * @throws AutocircuitError `aborted` for a request that is older than the page's last
   */
  take({ page, sequence }: Turn): AbortSignal {
    const last = this.#latest.get(page);
    if (last !== undefined && sequence < last.sequence)
      throw new AutocircuitError("aborted", "The page has asked for something newer since.");
    last?.abort.abort(new Error("The page asked for something newer."));
    const abort = new AbortController();
    this.#latest.delete(page);
    this.#latest.set(page, { sequence, abort });
    if (this.#latest.size > MOST_PAGES) this.#latest.delete(this.#latest.keys().next().value!);
    return abort.signal;
  }
}
