import type { Graph } from "@autocircuit/core";
import type { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { maxAbs, type ToleranceOptions } from "../tolerance.ts";

/**
 * Compares scores module by module, with the tolerance of the whole set.
 *
 * @param values our scores, in the order of the graph's flat edge vector
 * @param prefix name of the set in the expected tensors, e.g. `edges/acdc/kl_div`
 * @param options `without`: edges whose scores are not compared
 */
export function checkScores(
  graph: Graph,
  values: Float32Array,
  expected: ExpectedTensors,
  prefix: string,
  recorder: Recorder,
  options: ToleranceOptions & { decided?: boolean; without?: ReadonlySet<number> } = {},
): void {
  const check = options.decided ? "decided" : "tensor";
  const all = expectedScores(graph, expected, prefix);
  const max = maxAbs(all);
  const { without } = options;
  const compared = without ? values.map((value, edge) => (without.has(edge) ? all[edge]! : value)) : values;
  for (const group of graph.groups) {
    const data = compared.subarray(group.offset, group.offset + group.size);
    recorder[check](group.module, { shape: group.shape, data }, expected.get(`${prefix}/${group.module}`), {
      ...options,
      max,
    });
  }
}

/** A set of expected scores as one flat vector. @throws AutocircuitError when a module is missing */
export function expectedScores(graph: Graph, expected: ExpectedTensors, prefix: string): Float32Array {
  const values = new Float32Array(graph.edgeCount);
  for (const group of graph.groups)
    values.set(Array.from(expected.get(`${prefix}/${group.module}`).data), group.offset);
  return values;
}
