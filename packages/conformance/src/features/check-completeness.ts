import { type PromptLoader, PruneScores } from "@autocircuit/core";
import {
  type KnockoutMaskFunction,
  type KnockoutTarget,
  type TrainingProgress,
  trainKnockouts,
  type WithAliases,
} from "@autocircuit/discovery";
import { sameUnderKnockouts } from "@autocircuit/metrics";
import { checkScores, expectedScores } from "../patching/score-checks.ts";
import { checkHistory, OF_MAX } from "./check-history.ts";
import { type FeatureVariant, promptsWith } from "./feature-case.ts";
import { referenceNoise, uniformByModule } from "./reference-noise.ts";

/** A measurement of the reference. */
interface Knockout {
  /** `given`, or the training whose result ranks the knockouts. */
  knockouts: string;
  circuit_size: number;
  threshold: number;
  actual_circuit_size: number;
  n_knockouts: number;
  kl: number;
  knockout_kl: number;
}

/** How an adversary of the reference was set. */
interface KnockoutTraining {
  learning_rate: number;
  epochs: number;
  mask_fn: WithAliases<KnockoutMaskFunction>;
  regularize_lambda: number;
  /** KL divergence if it is not there. */
  faithfulness_target?: WithAliases<KnockoutTarget>;
  circuit_size: number;
  loss: number[];
  faithfulness: number[];
  regularization: number[];
  ill_conditioned?: boolean;
}

/** What `completeness.json` says of a graph. */
interface ExpectedCompleteness {
  knockout: Knockout[];
  train: Record<string, KnockoutTraining>;
}

type Variant = FeatureVariant<ExpectedCompleteness>;

/** Same under knockouts, measured and trained. */
export async function checkCompleteness(variant: Variant): Promise<void> {
  const { name, graph, inputs, batchSize, expected, tensors, recorder } = variant;
  using prompts = promptsWith(inputs.prompts, "answers", batchSize);
  const scores = new PruneScores(graph, expectedScores(graph, tensors, `${name}/circuit_scores`));
  for (const knockout of expected.knockout) {
    const { knockouts, circuit_size, threshold } = knockout;
    const section = `knockout/${knockouts}/${circuit_size}/${threshold}`;
    await recorder.attempt(section, () => checkKnockout(variant, section, prompts, scores, knockout));
  }
  for (const [key, training] of Object.entries(expected.train ?? {}))
    await recorder.attempt(`train/${key}`, () => checkTraining(variant, key, prompts, scores, training));
}

async function checkKnockout(
  { name, model, graph, tensors, recorder }: Variant,
  section: string,
  prompts: PromptLoader,
  scores: PruneScores,
  knockout: Knockout,
): Promise<void> {
  const ranks =
    knockout.knockouts === "given"
      ? uniformByModule(graph).map((value) => 2 * value - 1)
      : expectedScores(graph, tensors, `${name}/${knockout.knockouts}`);
  const { size, knockouts, kl, knockoutKl } = await sameUnderKnockouts(model, prompts, {
    scores,
    size: knockout.circuit_size,
    knockouts: new PruneScores(graph, ranks),
    threshold: knockout.threshold,
  });
  const to = recorder.section(section);
  to.equal("actual_circuit_size", size, knockout.actual_circuit_size);
  to.equal("n_knockouts", knockouts, knockout.n_knockouts);
  to.scalar("kl", kl, knockout.kl);
  to.scalar("knockout_kl", knockoutKl, knockout.knockout_kl);
}

async function checkTraining(
  variant: Variant,
  key: string,
  prompts: PromptLoader,
  scores: PruneScores,
  training: KnockoutTraining,
): Promise<void> {
  const { model, graph, tensors } = variant;
  const set = `${variant.name}/train/${key}`;
  const recorder = variant.recorder.section(`train/${key}`);
  const steps: TrainingProgress[] = [];
  const found = await trainKnockouts(model, prompts, {
    scores,
    size: training.circuit_size,
    epochs: training.epochs,
    learningRate: training.learning_rate,
    lambda: training.regularize_lambda,
    maskFunction: training.mask_fn,
    target: training.faithfulness_target ?? "kl_div",
    // As the reference does.
    sharedKnockouts: false,
    countedBy: "hard_concrete",
    noise: referenceNoise(graph),
    onProgress: (step) => steps.push(step),
  });
  checkScores(graph, steps[0]!.gradient, tensors, `${set}/grad0`, recorder.section("grad0"));
  const undecided = training.ill_conditioned ?? false;
  checkHistory("loss", found.history.loss, training.loss, undecided, recorder);
  checkHistory("faithfulness", found.history.target, training.faithfulness, undecided, recorder);
  checkHistory("regularization", found.history.size, training.regularization, undecided, recorder);
  if (!undecided) checkScores(graph, found.values, tensors, set, recorder, { ofMax: OF_MAX, decided: true });
}
