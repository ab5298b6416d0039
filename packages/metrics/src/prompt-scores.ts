import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  type Circuit,
  coreKinds,
  type LongOptions,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  runCircuits,
} from "@autocircuit/core";
import { scope, type Tensor } from "@autocircuit/native";
import { answerError } from "./answer-error.ts";
import { answerMean, batchAnswerDifference } from "./answer-mean.ts";
import { measuredAtOnce } from "./measured-at-once.ts";
import { perPrompt } from "./per-prompt.ts";
import { requireNumbers, sumOf } from "./require-numbers.ts";
import { logit, logprob } from "./value-functions.ts";

/**
 * How well one prompt is answered, higher is better:
 *
 * - `logit-diff`: mean logit of the answers less that of the wrong answers,
 * - `answer-logprob`: mean log-probability of the answers, in nats,
 * - `answer-error`: minus the mean squared error from answers that are numbers.
 */
export type PromptScore = "logit-diff" | "answer-logprob" | "answer-error";

/** The names of the scores of prompts. */
export const promptScoreNames: readonly PromptScore[] = ["logit-diff", "answer-logprob", "answer-error"];

/** Options of {@link promptScores}. */
export interface PromptScoresOptions extends LongOptions {
  /** Default: {@link usualPromptScore}. */
  readonly score?: PromptScore | undefined;
  /** What edges outside a circuit take. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
}

const check = signature(
  "promptScores",
  { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader, circuits: kind.listOf(coreKinds.circuit) },
  {
    ...coreKinds.longOptions,
    score: kind.oneOf(promptScoreNames),
    ablation: coreKinds.ablationName,
  } satisfies KindsOf<PromptScoresOptions>,
);

const measures: Record<PromptScore, (logits: Tensor, batch: PromptBatch) => Tensor> = {
  "logit-diff": (logits, batch) => batchAnswerDifference(logit(logits), batch),
  "answer-logprob": (logits, batch) => answerMean(logprob(logits), batch.answers),
  "answer-error": (logits, batch) => perPrompt(answerError(logits, batch).pow(2)).neg(),
};

/**
 * The score of each prompt when a circuit runs it alone, everything outside ablated.
 *
 * @returns scores, `[circuit][prompt]`, in the order given
 * @throws AutocircuitError `bad-input` for a logit difference of prompts without wrong answers, and as `runCircuits` does; `not-finite`
 *
 * @example
 * const everything = Circuit.where(model.graph, () => true);
 * const [full, alone] = await promptScores(model, prompts, [everything, circuit]);
 */
export async function promptScores(
  model: PatchableModel,
  prompts: PromptLoader,
  circuits: readonly Circuit[],
  options: PromptScoresOptions = {},
): Promise<Float64Array[]> {
  check({ model, prompts, circuits }, options);
  const { score = usualPromptScore(model, prompts), ablation, signal, onProgress } = options;
  if (score === "logit-diff") requireWrongAnswers(prompts);
  const atOnce = measuredAtOnce(model, prompts);
  const scores: Float64Array[] = [];
  for (let first = 0; first < circuits.length; first += atOnce) {
    const some = circuits.slice(first, first + atOnce);
    using runs = await runCircuits(model, prompts, {
      ...{ circuits: some, ablation, signal },
      onProgress: ({ done }) =>
        onProgress?.({ done: first * prompts.promptCount + done, total: circuits.length * prompts.promptCount }),
    });
    const rows = await scope(async () => {
      const sums = runs.flatMap(({ logits }) => logits.map((batch) => sumOf(batch)));
      await requireNumbers(await Promise.all(sums.map((sum) => sum.item())), runs, prompts);
      return Promise.all(
        runs.map(async ({ logits }) => {
          const parts = logits.map((part, i) => measures[score](part, prompts.batches[i]!).to("float64"));
          return Promise.all(parts.map((part) => part.data()));
        }),
      );
    });
    scores.push(...rows.map((parts) => Float64Array.from(parts.flatMap((part) => Array.from(part, Number)))));
  }
  return scores;
}

/** The score that suits the outputs: for tokens the logit difference where there are wrong answers, else the answers' log-probability. */
export function usualPromptScore({ config }: Pick<PatchableModel, "config">, prompts: PromptLoader): PromptScore {
  if (config.dVocabOut === 1) return "answer-error";
  return withoutWrongAnswers(prompts) === undefined ? "logit-diff" : "answer-logprob";
}

function withoutWrongAnswers({ batches }: PromptLoader): number | undefined {
  const place = batches.flatMap(({ wrongAnswers }) => [...wrongAnswers]).findIndex((answers) => none(answers));
  return place < 0 ? undefined : place;
}

function none(answers: PromptBatch["wrongAnswers"][number]): boolean {
  return answers.length === 0 || answers.some((answer) => Array.isArray(answer) && answer.length === 0);
}

function requireWrongAnswers(prompts: PromptLoader): void {
  const prompt = withoutWrongAnswers(prompts);
  if (prompt === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `The logit difference compares answers with wrong ones, and prompt ${prompt} has no wrong answers. Give it some, or take the score "answer-logprob".`,
  );
}
