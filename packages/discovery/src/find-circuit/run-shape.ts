import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type AlgorithmName, algorithms } from "../algorithms.ts";
import { optionOf } from "./fitting-options.ts";
import { ACDC_UP_TO } from "./starting-algorithms.ts";

/** How a run uses memory: what of its prompts and circuits is there at the same time. */
export interface RunShape {
  /** Circuits that run at once. */
  readonly circuits: number;
  /** Whether a batch may be run in slices, so that its size does not matter beyond that of a slice. */
  readonly sliced: boolean;
}

/** What is known of a discovery before its model is loaded. */
export interface AskedDiscovery {
  /** As `findCircuit` takes it: default by the graph's size; with `keep` several. */
  readonly algorithm?: AlgorithmName | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the circuit's size is said: by a number, by what is to be faithful, or by a known circuit. */
  readonly sized?: boolean | undefined;
  readonly keep?: number | undefined;
}

const check = signature("runShape", { edgeCount: kind.whole }, {
  algorithm: kind.oneOf(Object.keys(algorithms)),
  options: kind.record,
  sized: kind.flag,
  keep: kind.share,
} satisfies KindsOf<AskedDiscovery>);

/**
 * How `findCircuit` will use memory on a graph of so many edges: what `memoryDemand` of models asks for, before anything is loaded.
 *
 * @example
 * const shape = runShape(Graph.of(config).edgeCount, { algorithm: "edge-attribution", sized: true });
 * requireMemory(config, { ...shape, batchSize: 32, length: 15 });
 */
export function runShape(edgeCount: number, asked: AskedDiscovery = {}): RunShape {
  check({ edgeCount }, asked);
  const { algorithm, options = {}, sized = false, keep } = asked;
  const usual = algorithm === undefined && keep === undefined;
  if (usual && edgeCount > ACDC_UP_TO) return { circuits: 1, sliced: sized };
  const named = usual ? "acdc" : algorithm;
  const largest = options.largestBatch ?? (named && optionOf(named, "largestBatch")?.default);
  const circuits = typeof largest === "number" ? largest : 1;
  return { circuits, sliced: keep === undefined && named !== "acdc" };
}
