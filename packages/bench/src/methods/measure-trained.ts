import { USUAL_SEED } from "@autocircuit/base";
import {
  bootstrapCircuits,
  type CircuitTestName,
  circuitTestNames,
  fewestFaithful,
  numberPrompts,
  testCircuit,
} from "@autocircuit/metrics";
import { RESAMPLES } from "./measure-method.ts";
import { type MethodTask, type RunMethodOptions, runMethod, type TabledMethod } from "./run-method.ts";

/** Share of the logit difference that a circuit is to keep. */
export const KEPT = 0.9;
/** Graphs with more edges than this are tested less: without what takes a run for each edge or for two sets of random circuits. */
const LARGE = 10_000;
const NOT_LARGE: ReadonlySet<CircuitTestName> = new Set(["minimality", "partial-necessity"]);
/** Random circuits of a large graph: the fewest that can show anything. */
const FEW = 29;

/** How a method does on a trained model, whose circuit is not known. */
export interface MethodOnModel {
  /** What the table calls the method. */
  readonly name: string;
  /** Edges of the shortest beginning of the ranking that keeps {@link KEPT} of the logit difference. */
  readonly size: number;
  /** Mean Jaccard index, over resamples of the prompts, of circuits of that size; null without scores of prompts, and where it shows nothing. */
  readonly jaccard: number | null;
  /** Which tests of the circuit hypothesis were made, and what they say. */
  readonly tests: Partial<Record<CircuitTestName, boolean | null>>;
  readonly processorSeconds: number;
}

/**
 * Runs a method on a task's prompts to discover with, and judges its circuit on those to measure on.
 *
 * @returns null where the model has no logit difference that could be kept
 */
export async function measureTrained(
  task: MethodTask,
  method: TabledMethod,
  options: RunMethodOptions = {},
): Promise<MethodOnModel | null> {
  const { seed = USUAL_SEED, signal } = options;
  const { model, train, test } = task;
  const { scores, perPrompt, processorSeconds } = await runMethod(task, method, options);
  const found = await fewestFaithful(model, test, scores, { share: KEPT, signal });
  if (found === null) return null;
  const size = found.size;
  const drawn = {
    edges: [],
    size,
    sizes: [size],
    resamples: RESAMPLES,
    seed,
    signal,
    promptNumbers: numberPrompts(train.prompts),
  };
  const [point] = perPrompt ? (await bootstrapCircuits(perPrompt, drawn)).points : [];
  const jaccard = point === undefined || point.stable === null ? null : point.jaccard;
  const large = model.graph.edgeCount > LARGE;
  const { verdicts } = await testCircuit(model, test, scores.circuit(size), {
    ...{ seed, signal },
    ...(large && { random: FEW, tests: circuitTestNames.filter((name) => !NOT_LARGE.has(name)) }),
  });
  return {
    name: method.name ?? method.algorithm,
    size,
    jaccard,
    tests: Object.fromEntries(verdicts.map(({ test, passed }) => [test, passed])),
    processorSeconds,
  };
}
