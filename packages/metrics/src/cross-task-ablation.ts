import { AutocircuitError, formatNumber, type KindsOf, kind, signature } from "@autocircuit/base";
import { Circuit, coreKinds, type PatchableModel, type PromptLoader } from "@autocircuit/core";
import { type FaithfulnessRange, type NothingToLose, nothingToLose } from "./faithfulness-range.ts";
import {
  type PromptScore,
  type PromptScoresOptions,
  promptScoreNames,
  promptScores,
  usualPromptScore,
} from "./prompt-scores.ts";

/** A task with its circuit in the model. */
export interface CrossTaskPart {
  readonly name: string;
  readonly prompts: PromptLoader;
  readonly circuit: Circuit;
}

/** Options of {@link crossTaskAblation}. */
export type CrossTaskOptions = PromptScoresOptions;

/** How much the removal of each task's circuit harms each task. */
export interface CrossTask {
  readonly names: readonly string[];
  /** Scores that each task was measured by. */
  readonly scores: readonly PromptScore[];
  /**
   * `harm[circuit][task]`: the share of a task's score that is lost without a circuit, (full - without) / (full - empty): 0 nothing, 1 as
   * much as with everything ablated. NaN where there is {@link nothingToLose}.
   */
  readonly harm: readonly (readonly number[])[];
  /** Mean scores of each task: of the model, and with everything ablated. */
  readonly means: readonly { readonly full: number; readonly empty: number }[];
  /** Why a task's harm is NaN; null where it is not. `not-done` is also a logit difference that is not above 0. */
  readonly nothingToLose: readonly (NothingToLose | null)[];
  /** The same in words: `the model does not do that task, its logit-diff is -1.2, not above 0`. */
  readonly reasons: readonly (string | null)[];
}

const part = kind.having("{ name, prompts, circuit }", "name", "prompts", "circuit");
const check = signature("crossTaskAblation", { model: coreKinds.patchableModel, parts: kind.listOf(part) }, {
  ...coreKinds.longOptions,
  score: kind.oneOf(promptScoreNames),
  ablation: coreKinds.ablationName,
} satisfies KindsOf<CrossTaskOptions>);

/**
 * A matrix of cross-task ablation: does ablating one task's circuit harm the others as much as its own? If so, it is no circuit of that
 * task, but something that all need. Cost: as many forwards of each task's prompts as there are tasks, and two.
 *
 * @param parts at least two tasks; their circuits are of the model's graph
 * @throws AutocircuitError `bad-input` for fewer than two tasks, two of one name, and as {@link promptScores} does
 *
 * @example
 * const { names, harm } = await crossTaskAblation(model, [
 *   { name: "half", prompts, circuit: scores.circuit(50) },
 *   { name: "few", prompts: task.train, circuit: scores.circuit(5) },
 * ]);
 */
export async function crossTaskAblation(
  model: PatchableModel,
  parts: readonly CrossTaskPart[],
  options: CrossTaskOptions = {},
): Promise<CrossTask> {
  check({ model, parts }, options);
  if (parts.length < 2)
    throw new AutocircuitError(
      "bad-input",
      `crossTaskAblation compares tasks with each other: give at least two, not ${parts.length}.`,
    );
  const twice = parts.find(({ name }, place) => parts.findIndex((other) => other.name === name) !== place);
  if (twice !== undefined)
    throw new AutocircuitError(
      "bad-input",
      `crossTaskAblation: two tasks are called "${twice.name}", and the matrix could not tell them apart. Give each a name of its own.`,
    );
  const { graph } = model;
  const everything = Circuit.where(graph, () => true);
  const without = parts.map(({ circuit }) => {
    const outside = circuit.complement();
    return Circuit.where(circuit.graph, (edge) => outside[edge] === 1);
  });
  const columns: number[][] = [];
  const means: { full: number; empty: number }[] = [];
  const nothings: (NothingToLose | null)[] = [];
  const scores: PromptScore[] = [];
  for (const [place, { prompts }] of parts.entries()) {
    const score = options.score ?? usualPromptScore(model, prompts);
    const rows = await promptScores(model, prompts, [everything, Circuit.of(graph, []), ...without], {
      ...{ score, ablation: options.ablation, signal: options.signal },
      onProgress: ({ done, total }) =>
        options.onProgress?.({ done: place * total + done, total: total * parts.length }),
    });
    const [full, empty, ...others] = rows.map((row) => row.reduce((sum, value) => sum + value, 0) / row.length);
    const mean = { full: full!, empty: empty! };
    const nothing = nothingOf(mean, score);
    columns.push(others.map((other) => (nothing ? Number.NaN : (mean.full - other) / (mean.full - mean.empty))));
    means.push(mean);
    nothings.push(nothing);
    scores.push(score);
  }
  return {
    names: parts.map(({ name }) => name),
    ...{ scores, means, nothingToLose: nothings },
    reasons: nothings.map((nothing, task) => nothing && reasonOf(nothing, means[task]!, scores[task]!)),
    harm: parts.map((_, circuit) => columns.map((column) => column[circuit]!)),
  };
}

/** Of the scores only a logit difference has a zero that says something: below it the wrong answers are preferred. */
function nothingOf({ full, empty }: { full: number; empty: number }, score: PromptScore): NothingToLose | null {
  return score === "logit-diff" && full <= 0 ? "not-done" : nothingToLose({ full, empty });
}

function reasonOf(nothing: NothingToLose, { full, empty }: FaithfulnessRange, score: PromptScore): string {
  const [model, ablated] = [full, empty].map(formatNumber);
  if (nothing === "nothing-ablated") return `the model scores ${model} (${score}) with every edge ablated as with none`;
  const instead =
    nothingToLose({ full, empty }) === "not-done" ? `and ${ablated} with every edge ablated` : "not above 0";
  return `the model does not do that task, its ${score} is ${model}, ${instead}`;
}
