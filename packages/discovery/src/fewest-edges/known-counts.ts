import { createHash } from "node:crypto";

/**
 * How many answers the circuits keep that were found to keep enough, so that the one that a search ends with need not be run again: its time
 * is over then.
 */
export class KnownCounts {
  readonly #kept = new Map<string, number>();

  /** Notes what was counted for several circuits; of those below `need` the number is not exact. */
  note(masks: Float32Array, kept: readonly number[], need: number): void {
    const edges = masks.length / kept.length;
    kept.forEach((count, row) => {
      if (count >= need) this.#kept.set(keyOf(masks.subarray(row * edges, (row + 1) * edges)), count);
    });
  }

  of(mask: Float32Array): number | undefined {
    return this.#kept.get(keyOf(mask));
  }
}

function keyOf(mask: Float32Array): string {
  return createHash("sha1").update(Uint8Array.from(mask)).digest("base64");
}
