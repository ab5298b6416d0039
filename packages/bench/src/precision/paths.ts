import { ablationTypes } from "@autocircuit/core";
import { algorithms } from "@autocircuit/discovery";
import {
  behindPrefix,
  byToken,
  circuits,
  firstLoss,
  maskForEach,
  nodes,
  patched,
  plain,
  type Run,
  scores,
  sources,
} from "./runs.ts";

/** One way through the engine, by name. */
export interface PrecisionPath {
  readonly name: string;
  readonly run: Run;
  /** The numbers hang on decisions (a threshold, the sign of a gradient), which rounding may take otherwise: only NaN is looked for. */
  readonly decides?: boolean;
  /** It runs the model for every edge: left out for graphs of more than {@link manyEdges}. */
  readonly eachEdge?: boolean;
}

/** Edges beyond which paths that run the model for each of them would take hours. */
export const manyEdges = 5000;

type AlgorithmName = keyof typeof algorithms;

/** Options that keep the longer algorithms short; those that compute nothing, or need more than prompts, are left out. */
const SETTINGS: Readonly<Partial<Record<AlgorithmName, Record<string, unknown> | null>>> = {
  "circuit-probing": { epochs: 2, circuitSizes: [10] },
  "constrained-probing": null,
  "ground-truth": null,
  random: null,
  "edge-pruning": { epochs: 2 },
  "subnetwork-probing": { epochs: 2 },
  ugs: { epochs: 2, samples: 2 },
  acdc: { taus: [1e-3] },
  ceap: { steps: 3 },
  "eap-gp": { steps: 3 },
  "eap-ig-inputs": { steps: 3 },
  "eap-ig-activations": { steps: 3 },
};

const DECIDING: ReadonlySet<string> = new Set(["acdc", "circuit-probing", "subnetwork-probing"]);
const EACH_EDGE: ReadonlySet<string> = new Set(["acdc", "exact"]);

/** Every way through the engine: what is patched how, and what every algorithm finds. */
export const precisionPaths: readonly PrecisionPath[] = [
  { name: "plain", run: plain },
  { name: "sources", run: sources },
  { name: "one edge", run: patched(0) },
  { name: "a tenth of the edges", run: patched(0.1) },
  { name: "a tenth, from a kept run", run: patched(0.1, { kept: true }) },
  ...ablationTypes.map((type) => ({ name: `half of the edges, ${type}`, run: patched(0.5, { type }) })),
  { name: "all edges", run: patched(1) },
  { name: "all edges by half", run: patched(1, { value: 0.5 }) },
  { name: "other edges for every prompt", run: maskForEach },
  { name: "half of the edges by token", run: byToken(patched(0.5)) },
  { name: "half of the edges behind a prefix", run: behindPrefix(patched(0.5)) },
  { name: "circuits by tree patching", run: circuits("tree") },
  { name: "circuits by edge patching", run: circuits("edge") },
  ...(Object.keys(algorithms) as AlgorithmName[])
    .filter((name) => SETTINGS[name] !== null)
    .map((name) => ({
      name,
      run: scores(name, SETTINGS[name] ?? {}),
      decides: DECIDING.has(name),
      eachEdge: EACH_EDGE.has(name),
    })),
  { name: "edge-attribution by token", run: byToken(scores("edge-attribution")) },
  { name: "edge-attribution behind a prefix", run: behindPrefix(scores("edge-attribution")) },
  { name: "mask-gradient at one half", run: scores("mask-gradient", { maskValue: 0.5 }) },
  { name: "mask-gradient, integrated", run: scores("mask-gradient", { steps: 3 }) },
  { name: "relp with attention", run: scores("relp", { attention: true }) },
  { name: "node scores", run: nodes },
  { name: "probing's first loss", run: firstLoss("sigmoid") },
  { name: "probing's first loss, hard concrete", run: firstLoss("hard-concrete") },
];
