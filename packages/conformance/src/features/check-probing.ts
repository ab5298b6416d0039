import { PruneScores } from "@autocircuit/core";
import {
  circuitProbing,
  type MaskFunction,
  nestedScores,
  type ProbedSize,
  type ProbingOptions,
  type ProbingTarget,
  subnetworkProbing,
  type TrainedScores,
  type TrainingProgress,
  type WithAliases,
} from "@autocircuit/discovery";
import type { EdgeName } from "../patching/expected-case.ts";
import { checkScores, expectedScores } from "../patching/score-checks.ts";
import { maxAbs } from "../tolerance.ts";
import { checkHistory, OF_MAX } from "./check-history.ts";
import { type FeatureVariant, promptsWith } from "./feature-case.ts";
import { referenceNoise } from "./reference-noise.ts";
import { unmovedEdges } from "./unmoved-edges.ts";

/** How a probing of the reference was set. */
interface ProbingRun {
  learning_rate: number;
  epochs: number;
  regularize_lambda: number;
  mask_fn: "hard_concrete" | "sigmoid" | null;
  init_val: number;
  tree_optimisation: boolean;
  faithfulness_target: WithAliases<ProbingTarget>;
  dropout_p: number;
  avoid_lambda?: number;
  /** How many of the case's avoided edges. */
  avoid?: number;
  ill_conditioned?: boolean;
}

interface SubnetworkRun extends ProbingRun {
  circuit_size: number | null;
  loss: number[];
  faithfulness: number[];
  regularization: number[];
}

interface CircuitRun extends ProbingRun {
  circuit_sizes: ProbedSize[];
  /** By size, its score of the edge that came in last. */
  thresholds: Record<string, number>;
}

/** What `probing.json` says of a graph. */
interface ExpectedProbing {
  true_edges: EdgeName[];
  avoid_edges: EdgeName[];
  subnetwork?: Record<string, SubnetworkRun>;
  circuit?: Record<string, CircuitRun>;
}

type Variant = FeatureVariant<ExpectedProbing>;

/** Subnetwork probing and circuit probing, with the reference's noise. */
export async function checkProbing(variant: Variant): Promise<void> {
  const { subnetwork = {}, circuit = {} } = variant.expected;
  for (const [name, run] of Object.entries(subnetwork))
    await variant.recorder.attempt(`subnetwork/${name}`, () => checkSubnetwork(variant, name, run));
  for (const [name, run] of Object.entries(circuit))
    await variant.recorder.attempt(`circuit/${name}`, () => checkCircuit(variant, name, run));
}

async function checkSubnetwork(variant: Variant, name: string, run: SubnetworkRun): Promise<void> {
  const { model, graph, tensors } = variant;
  const set = `${variant.name}/subnetwork/${name}`;
  const recorder = variant.recorder.section(`subnetwork/${name}`);
  using prompts = promptsOf(variant, run);
  const steps: TrainingProgress[] = [];
  const scores = await subnetworkProbing(model, prompts, {
    ...optionsOf(variant, run),
    circuitSize: run.circuit_size ?? undefined,
    onProgress: (step) => steps.push(step),
  });
  const percent = run.faithfulness_target.includes("percent");
  checkScores(graph, steps[0]!.gradient, tensors, `${set}/grad0`, recorder.section("grad0").backward(), {
    decided: percent,
  });
  const decided = run.ill_conditioned ?? false;
  checkHistory("loss", scores.history.loss, run.loss, decided, recorder, { percent });
  checkHistory("faithfulness", scores.history.target, run.faithfulness, decided, recorder, { percent });
  checkHistory("regularization", scores.history.size, run.regularization, decided, recorder);
  const without = unmovedEdges(graph);
  if (!decided) checkScores(graph, scores.values, tensors, set, recorder, { ofMax: OF_MAX, decided: true, without });
}

async function checkCircuit(variant: Variant, name: string, run: CircuitRun): Promise<void> {
  const { model, graph, tensors, expected } = variant;
  const set = `${variant.name}/circuit/${name}`;
  const recorder = variant.recorder.section(`circuit/${name}`);
  using prompts = promptsOf(variant, run);
  const sizes = run.circuit_sizes.map((size) => (size === "true_size" ? expected.true_edges.length : size));
  const recorded = sizes
    .toSorted((a, b) => a - b)
    .map((size) => ({ size, scores: new PruneScores(graph, expectedScores(graph, tensors, `${set}/size${size}`)) }));
  const nested = expectedScores(graph, tensors, set);
  for (const { size, scores } of recorded)
    recorder.scalar(`threshold ${size}`, scores.threshold(size), run.thresholds[size]!);
  recorder.equal("nested from the recorded sizes", [...nestedScores(graph, recorded)], [...nested]);
  if (run.ill_conditioned) return;

  const without = unmovedEdges(graph);
  const found: { size: number; scores: TrainedScores }[] = [];
  const scores = await circuitProbing(model, prompts, {
    ...optionsOf(variant, run),
    circuitSizes: run.circuit_sizes,
    knownEdges: expected.true_edges,
    onCircuit: (size, scores) => found.push({ size, scores }),
  });
  recorder.equal(
    "sizes",
    found.map(({ size }) => size),
    recorded.map(({ size }) => size),
  );
  for (const { size, scores } of found) {
    const options = { ofMax: OF_MAX, decided: true, without };
    checkScores(graph, scores.values, tensors, `${set}/size${size}`, recorder.section(`size${size}`), options);
  }
  if (recorder.narrow) return;
  // An edge whose score lies within tolerance of a threshold may fall on either side of it.
  const undecided = (edge: number) =>
    without.has(edge) ||
    recorded.some(({ size, scores }) => {
      const value = scores.values[edge]!;
      return Math.abs(value - scores.threshold(size)) <= 3e-6 + 1e-3 * value + (1e-4 + OF_MAX) * maxAbs(scores.values);
    });
  const wrong = nested.findIndex((value, edge) => scores.values[edge] !== value && !undecided(edge));
  recorder.record(
    "nested",
    wrong < 0,
    `${graph.edge(Math.max(0, wrong))}: ${scores.values[wrong]}, not ${nested[wrong]}`,
  );
}

function promptsOf({ inputs, batchSize }: Variant, { faithfulness_target }: ProbingRun) {
  return promptsWith(inputs.prompts, faithfulness_target === "mse" ? "targets" : "answers", batchSize);
}

function optionsOf({ graph, expected }: Variant, run: ProbingRun): ProbingOptions {
  return {
    epochs: run.epochs,
    learningRate: run.learning_rate,
    lambda: run.regularize_lambda,
    initial: run.init_val,
    maskFunction: (run.mask_fn ?? "none") satisfies WithAliases<MaskFunction>,
    patch: run.tree_optimisation ? "tree" : "edge",
    target: run.faithfulness_target,
    dropout: run.dropout_p,
    // In both directions, as the reference does.
    ablation: "tokenwise-mean-corrupt",
    avoid: run.avoid ? expected.avoid_edges.slice(0, run.avoid) : undefined,
    avoidLambda: run.avoid_lambda,
    noise: referenceNoise(graph),
  };
}
