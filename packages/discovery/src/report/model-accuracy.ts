import { formatShare, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, firstPrompts, type LoadedTask, type PromptLoader } from "@autocircuit/core";
import { type CircuitMeter, FullModel, type MetricName, metrics } from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import type { CircuitReport } from "@autocircuit/report";
import { outputsNumbers } from "../find-circuit/fitting-options.ts";

/** Most prompts that are run where nothing else is said: one plain forward pass of them. */
const PROMPTS = 64;

/** How well the model alone, nothing ablated, does the task. */
export interface TaskAccuracy {
  /** Prompts it was run on, the first to measure on. */
  readonly promptCount: number;
  /** Percentage of outputs whose answer is above every wrong answer; null where a prompt has no wrong answer. */
  readonly above: number | null;
  /** Percentage of outputs whose answer is the first of the whole vocabulary. */
  readonly first: number;
  /** Mean logit of the answers less that of the wrong answers; null where a prompt has no wrong answer. */
  readonly logitDiff: number | null;
}

/** Options of {@link modelAccuracy}. */
export interface TaskAccuracyOptions {
  /** Most prompts that are run. Default 64. */
  readonly promptCount?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const check = signature("modelAccuracy", { task: coreKinds.loadedTask }, {
  promptCount: kind.count,
  signal: kind.signal,
} satisfies KindsOf<TaskAccuracyOptions>);

/**
 * Runs the model on some clean prompts, to see whether it does the task at all: a circuit of what it cannot do says little.
 *
 * @returns null for a model whose outputs are numbers, which are never just right, and for a task without prompts
 * @throws AutocircuitError `not-finite`; `aborted`
 * @example
 * const accuracy = await modelAccuracy(task);
 * if (accuracy && accuracy.first < 50) console.log("The model is mostly wrong here.");
 */
export async function modelAccuracy(task: LoadedTask, options: TaskAccuracyOptions = {}): Promise<TaskAccuracy | null> {
  check({ task }, options);
  const { promptCount: most = PROMPTS, signal } = options;
  const from = task.test.length > 0 ? task.test : task.train;
  if (outputsNumbers(task) || from.length === 0) return null;
  using prompts = firstPrompts(from, most);
  using full = new FullModel(task.model, prompts);
  return await accuracyBy(task, prompts, { logits: await full.logits("clean", signal && { signal }), signal });
}

/** {@link modelAccuracy} by the outputs that circuits are compared with, where there is one a prompt; of others the model runs once more. */
export async function meteredAccuracy(task: LoadedTask, meter: CircuitMeter): Promise<TaskAccuracy | null> {
  const { signal } = meter;
  using prompts = firstPrompts(task.test, PROMPTS);
  if (outputsNumbers(task) || task.model.outputSlice !== "last_seq" || prompts.length !== 1)
    return await modelAccuracy(task, { signal });
  using whole = Tensor.cat(await meter.fullOutputs(prompts.promptCount));
  using logits = whole.slice(0, 0, prompts.promptCount);
  return await accuracyBy(task, prompts, { logits: [logits], signal });
}

async function accuracyBy(
  { model }: LoadedTask,
  prompts: PromptLoader,
  { logits, signal }: { logits: readonly Tensor[]; signal: AbortSignal | undefined },
): Promise<TaskAccuracy> {
  const runs = [{ size: model.graph.edgeCount, logits }];
  const value = async (name: MetricName) => {
    const [measured] = await metrics[name].measure(model, prompts, runs, signal && { signal });
    return measured!.value;
  };
  const compared = prompts.prompts.every(({ wrongAnswers }) => hasAnswers(wrongAnswers));
  return {
    promptCount: prompts.promptCount,
    above: compared ? await value("correct-of-pair-percent") : null,
    first: await value("correct-percent"),
    logitDiff: compared ? await value("logit-diff") : null,
  };
}

/** The accuracy as a report shows it: against wrong answers where there are some. */
export function reportAccuracy(accuracy: TaskAccuracy | null): CircuitReport["accuracy"] {
  if (accuracy === null) return undefined;
  const { above, first, promptCount } = accuracy;
  return { share: (above ?? first) / 100, against: above === null ? "all tokens" : "wrong answers", promptCount };
}

/** A model that is right less often hardly does the task. */
const HARDLY = 0.8;

/** What the reader should know of a model that hardly does the task; none of one that does. */
export function accuracyNotes(accuracy: CircuitReport["accuracy"]): string[] {
  if (!accuracy || accuracy.share >= HARDLY) return [];
  return [
    `The model alone is right in ${formatShare(accuracy.share)}: below some ${formatShare(HARDLY)} it hardly does the task, and its circuit is that of guessing. ` +
      "Of prompts as text, look whether answers begin with the space that the prompts do not end in.",
  ];
}

/** Answers are a list, or one list a position. */
function hasAnswers(answers: readonly (number | readonly number[])[]): boolean {
  return answers.length > 0 && answers.every((item) => typeof item === "number" || item.length > 0);
}
