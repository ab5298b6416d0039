import { readFileSync } from "node:fs";
import type { Graph } from "../src/graph/graph.ts";
import { PruneScores } from "../src/scores/prune-scores.ts";
import { conformance } from "./conformance.ts";

/** A tensor of a conformance file. */
export interface CaseTensor {
  shape: number[];
  values: Float32Array;
}

/** Reads the tensors of `expected.safetensors` or `model.safetensors` of a case, those whose name passes the test. */
export function caseTensors(name: string, file: string, wanted: (tensor: string) => boolean): Map<string, CaseTensor> {
  const bytes = readFileSync(`${conformance}/autocircuit/${name}/${file}`);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, start));
  const tensors = new Map<string, CaseTensor>();
  for (const [tensor, entry] of Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(
    header,
  )) {
    if (tensor === "__metadata__" || !wanted(tensor)) continue;
    if (entry.dtype !== "F32") throw new Error(`${tensor} is ${entry.dtype}`);
    const [from, to] = entry.data_offsets;
    tensors.set(tensor, {
      shape: entry.shape,
      values: new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer),
    });
  }
  return tensors;
}

/** The scores stored module by module under a prefix. */
export async function caseScores(name: string, graph: Graph, prefix: string): Promise<PruneScores> {
  const tensors = caseTensors(name, "expected.safetensors", (tensor) =>
    graph.groups.some(({ module }) => tensor === `${prefix}/${module}`),
  );
  return PruneScores.fromModules(
    graph,
    Object.fromEntries([...tensors].map(([tensor, { values }]) => [tensor.slice(prefix.length + 1), values])),
  );
}
