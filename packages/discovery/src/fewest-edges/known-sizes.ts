import { countIn } from "../long-search/search-state.ts";
import { beginning } from "./beginning.ts";

/** Of how many edges a beginning is, how many answers it keeps, and whether that is exact: one that keeps too few may not have been counted to the end. */
type KnownSize = readonly [size: number, kept: number, exact: boolean];

/** How beginnings of a ranking are run. */
interface RunBeginnings {
  /** Edges, most important first. */
  readonly ranking: Uint32Array;
  /** Answers kept by several circuits; one that falls below `atLeast` need not be counted to the end. */
  readonly count: (masks: Float32Array, count: number, atLeast?: number) => Promise<number[]>;
}

/** Answers that beginnings of a ranking were found to keep, so that a search that goes on does not run them again. */
export class KnownSizes {
  readonly #known = new Map<number, KnownSize>();

  /** @throws AutocircuitError `bad-input` where what was stored is damaged */
  constructor(stored: unknown = [], edgeCount = 0) {
    for (const entry of Array.isArray(stored) ? stored : []) {
      const [size, kept, exact] = Array.isArray(entry) ? entry : [];
      const known = [countIn(size, edgeCount), countIn(kept, Number.MAX_SAFE_INTEGER), exact === true] as const;
      this.#known.set(known[0], known);
    }
  }

  get all(): readonly KnownSize[] {
    return [...this.#known.values()];
  }

  /**
   * Answers kept by beginnings of a ranking, of which those run that are not known.
   *
   * @param atLeast answers that a beginning is asked for; all numbers are exact without it
   */
  async count(sizes: readonly number[], { ranking, count }: RunBeginnings, atLeast?: number): Promise<number[]> {
    const enough = (kept: number) => atLeast !== undefined && kept >= atLeast;
    const told = (size: number) => {
      const [, kept, exact] = this.#known.get(size) ?? [];
      // Of fewer than are needed any number tells the same.
      return kept !== undefined && (exact || atLeast !== undefined) ? kept : undefined;
    };
    const unknown = sizes.filter((size) => told(size) === undefined);
    if (unknown.length > 0) {
      const masks = new Float32Array(unknown.length * ranking.length);
      unknown.forEach((size, row) => {
        masks.set(beginning(ranking, size), row * ranking.length);
      });
      const kept = await count(masks, unknown.length, atLeast);
      unknown.forEach((size, row) => {
        this.#known.set(size, [size, kept[row]!, atLeast === undefined || enough(kept[row]!)]);
      });
    }
    return sizes.map((size) => this.#known.get(size)![1]);
  }
}
