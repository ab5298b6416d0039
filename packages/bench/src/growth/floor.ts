import type { ModelSpec } from "../engine/specs.ts";
import type { GrowthMeasure } from "./axes.ts";

/** What no program can do without: sums, and what has to be fetched from memory or written there. */
export interface Work {
  flop: number;
  bytes: number;
  /** Bytes that have to be there at the same time. */
  resident: number;
}

/** How fast the processor multiplies and reads, measured beside what is judged by it. */
export interface Rates {
  flopPerSecond: number;
  bytesPerSecond: number;
}

/** Size of a float32. */
const FLOAT = 4;

/**
 * The least work of a measure, with the output at the last position:
 *
 * - `plain`: projections, MLPs, attention over what each position sees, the last block and the logits at the last position only; the
 *   weights are read once.
 * - `patched`: besides, two operations a value for each edge, whose source's difference is read, written and read again.
 * - `edge-attribution`: two forward passes, gradients of all inputs (as many operations as a forward pass without logits, twice its
 *   attention), and for each edge an inner product; differences of all sources are written twice and read twice.
 */
export function leastWork(spec: ModelSpec, measure: GrowthMeasure, patched: number): Work {
  const { layers, dModel, dMlp, vocab, promptCount, seqLen } = spec;
  const tokens = promptCount * seqLen;
  const perBlock = 4 * dModel ** 2 + 2 * dModel * dMlp;
  const weights = FLOAT * (layers * perBlock + dModel * vocab);
  const body = projections(spec);
  const seen = attention(spec);
  const logits = 2 * dModel * vocab * promptCount;
  const values = tokens * dModel;
  const wide = tokens * (4 * dModel + dMlp);
  const plain = { flop: body + seen + logits, bytes: weights, resident: weights + FLOAT * wide };
  if (measure === "plain") return plain;
  const { sourceCount, edgeCount } = graphSize(spec);
  if (measure === "patched") {
    const deltas = FLOAT * Math.min(patched, sourceCount) * values;
    return {
      flop: plain.flop + 2 * patched * values,
      bytes: weights + 3 * deltas,
      // The ablation holds every source.
      resident: plain.resident + FLOAT * sourceCount * values + deltas,
    };
  }
  const deltas = FLOAT * sourceCount * values;
  return {
    flop: 3 * body + 4 * seen + logits + 2 * edgeCount * values,
    bytes: 3 * weights + 4 * deltas,
    resident: weights + deltas + FLOAT * wide,
  };
}

/** Seconds that the work takes at least: sums and memory traffic can go on at the same time. */
export function floorSeconds({ flop, bytes }: Work, { flopPerSecond, bytesPerSecond }: Rates): number {
  return Math.max(flop / flopPerSecond, bytes / bytesPerSecond);
}

/** Sources and edges of the factorised graph with separate queries, keys and values. */
export function graphSize({ layers, heads, dMlp }: ModelSpec): { sourceCount: number; edgeCount: number } {
  let sourceCount = 1;
  let edgeCount = 0;
  for (let layer = 0; layer < layers; layer++) {
    edgeCount += 3 * heads * sourceCount;
    sourceCount += heads;
    if (dMlp === 0) continue;
    edgeCount += sourceCount;
    sourceCount += 1;
  }
  return { sourceCount, edgeCount: edgeCount + sourceCount };
}

/** Operations of projections and MLPs: of the last block, queries and what follows are needed at one position only. */
function projections({ layers, dModel, dMlp, promptCount, seqLen }: ModelSpec): number {
  const tokens = promptCount * seqLen;
  const all = 8 * dModel ** 2 + 4 * dModel * dMlp;
  const keysAndValues = 4 * dModel ** 2;
  return tokens * ((layers - 1) * all + keysAndValues) + promptCount * (all - keysAndValues);
}

/** Operations of scores and their sums of values: a position sees itself and those before it. */
function attention({ layers, dModel, promptCount, seqLen }: ModelSpec): number {
  const seen = (seqLen * (seqLen + 1)) / 2;
  return 4 * dModel * promptCount * ((layers - 1) * seen + seqLen);
}
