import { createHash } from "node:crypto";
import { countIn } from "../long-search/search-state.ts";

/**
 * How many answers the circuits keep that were found to keep enough, so that the one that a search ends with need not be run again: its time
 * is over then.
 */
export class KnownCounts {
  readonly #kept = new Map<string, number>();

  /** Notes what was counted for several circuits; of those below `need` the number is not exact. */
  note(masks: Float32Array, kept: readonly number[], need: number): void {
    const edgeCount = masks.length / kept.length;
    kept.forEach((count, row) => {
      if (count >= need) this.#kept.set(keyOf(masks.subarray(row * edgeCount, (row + 1) * edgeCount)), count);
    });
  }

  of(mask: Float32Array): number | undefined {
    return this.#kept.get(keyOf(mask));
  }

  /** What is known of some circuits, to be stored. */
  entriesOf(masks: readonly Float32Array[]): [key: string, kept: number][] {
    const keys = [...new Set(masks.map(keyOf))];
    return keys.flatMap((key) => (this.#kept.has(key) ? [[key, this.#kept.get(key)!]] : []));
  }

  /** Takes up what {@link entriesOf} gave. @throws AutocircuitError `bad-input` where it is damaged */
  goOnFrom(stored: unknown): void {
    for (const [key, kept] of (Array.isArray(stored) ? stored : []).filter(Array.isArray))
      this.#kept.set(String(key), countIn(kept, Number.MAX_SAFE_INTEGER));
  }
}

function keyOf(mask: Float32Array): string {
  return createHash("sha1").update(Uint8Array.from(mask)).digest("base64");
}
