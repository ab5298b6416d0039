import { type SearchProgress, searchPhases } from "./search-progress.ts";
import type { PrefixSearch } from "./smallest-prefix.ts";

/** Answers that a circuit keeps, and how many of them are lost without each of its edges (0 for edges outside). */
export async function lossesOf(
  mask: Float32Array,
  {
    count,
    largestBatch,
    onProgress,
  }: Pick<PrefixSearch, "count" | "largestBatch"> & { onProgress: (progress: SearchProgress) => void },
): Promise<{ kept: number; lost: Float32Array }> {
  const [kept = 0] = await count(mask, 1);
  const circuit = [...mask.keys()].filter((edge) => mask[edge] === 0);
  const lost = new Float32Array(mask.length);
  for (let start = 0; start < circuit.length; start += largestBatch) {
    const some = circuit.slice(start, start + largestBatch);
    const masks = new Float32Array(some.length * mask.length);
    some.forEach((edge, row) => {
      masks.set(mask, row * mask.length);
      masks[row * mask.length + edge] = 1;
    });
    const left = await count(masks, some.length);
    some.forEach((edge, row) => {
      lost[edge] = kept - left[row]!;
    });
    const done = start + some.length;
    onProgress({ phase: searchPhases.scores, done, total: circuit.length, even: true });
  }
  return { kept, lost };
}
