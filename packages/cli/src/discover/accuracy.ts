import type { LoadedTask } from "@autocircuit/core";
import { outputsNumbers } from "@autocircuit/discovery";
import { FullModel, type MetricName, metrics } from "@autocircuit/metrics";
import { firstPrompts } from "./first-prompts.ts";

/** Most prompts that are run for it: one plain forward pass of them. */
const PROMPTS = 64;

/** How well the model alone, nothing ablated, does the task. */
export interface Accuracy {
  /** Prompts it was run on, the first to measure on. */
  prompts: number;
  /** Percentage of outputs whose answer no wrong answer surpasses; null where a prompt has no wrong answer. */
  above: number | null;
  /** Percentage of outputs whose answer is the first of the whole vocabulary. */
  first: number;
  /** Mean logit of the answers less that of the wrong answers; null where a prompt has no wrong answer. */
  logitDiff: number | null;
}

/** Runs the model on some clean prompts; null for a model whose outputs are numbers, which are never just right. */
export async function modelAccuracy(task: LoadedTask, signal: AbortSignal): Promise<Accuracy | null> {
  const from = task.test.length > 0 ? task.test : task.train;
  if (outputsNumbers(task) || from.length === 0) return null;
  using prompts = firstPrompts(from, PROMPTS);
  using full = new FullModel(task.model, prompts);
  const runs = [{ edges: task.model.graph.edgeCount, logits: await full.logits("clean", { signal }) }];
  const value = async (name: MetricName) => {
    const [measured] = await metrics[name].measure(task.model, prompts, runs, { full, signal });
    return measured!.value;
  };
  const compared = prompts.prompts.every(({ wrongAnswers }) => hasAnswers(wrongAnswers));
  return {
    prompts: prompts.promptCount,
    above: compared ? await value("correct-of-pair-percent") : null,
    first: await value("correct-percent"),
    logitDiff: compared ? await value("logit-diff") : null,
  };
}

/** Answers are a list, or one list a position. */
function hasAnswers(answers: readonly (number | readonly number[])[]): boolean {
  return answers.length > 0 && answers.every((item) => typeof item === "number" || item.length > 0);
}

/** The same in one line. */
export function accuracyText({ prompts, above, first, logitDiff }: Accuracy): string {
  const percent = (value: number) => `${Math.floor(value * 10) / 10} %`;
  const parts = [
    ...(above === null ? [] : [`the right answer above every wrong one in ${percent(above)}`]),
    `first of all tokens in ${percent(first)}`,
    ...(logitDiff === null ? [] : [`logit difference ${logitDiff.toFixed(2)}`]),
  ];
  return `the model alone, on ${prompts} prompts: ${parts.join(", ")}`;
}
