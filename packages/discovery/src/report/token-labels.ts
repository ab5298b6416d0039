import { signature } from "@autocircuit/base";
import { coreKinds, type LoadedTask } from "@autocircuit/core";

const check = signature("tokenLabelsOf", { task: coreKinds.loadedTask });
const checkVarying = signature("varyingTokensOf", { task: coreKinds.loadedTask });

/**
 * What the positions of a task's prompts are called: as their file says, else as the task does, else the tokens of the first prompt.
 *
 * @returns a label for each position of the graph or, where that is not by token, of the prompts; undefined where nothing names just so many
 * @example
 * for (const [position, label] of (tokenLabelsOf(task) ?? []).entries()) console.log(position, label);
 */
export function tokenLabelsOf(task: LoadedTask): readonly string[] | undefined {
  check({ task });
  return namedPositions(task).labels;
}

/**
 * Which labels of {@link tokenLabelsOf} are the first prompt's token, where other prompts have others: pictures mark them.
 *
 * @returns positions, from 0; none where the task or its file names positions
 * @example
 * const varying = varyingTokensOf(task);
 * for (const [position, label] of (tokenLabelsOf(task) ?? []).entries()) console.log(varying.includes(position) ? `${label}*` : label);
 */
export function varyingTokensOf(task: LoadedTask): readonly number[] {
  checkVarying({ task });
  return namedPositions(task).varying ?? [];
}

/** What positions are called, and at which of them that is the first prompt's token, and other prompts have others. */
export function namedPositions(task: LoadedTask): { labels?: readonly string[]; varying?: readonly number[] } {
  const { train, model, options } = task;
  const length = model.graph.seqLen ?? train.seqLen;
  const ofFile = train.tokenLabels?.map((label) => (label === "<|BOS|>" ? "BOS" : label));
  const given = [ofFile, options.tokenLabels].find((labels) => labels?.length === length);
  if (given) return { labels: given };
  const labels = firstPromptTokens(task);
  return labels?.length === length ? { labels, varying: varyingPositions(task) } : {};
}

function firstPromptTokens({ train, model: { tokenizer } }: LoadedTask): readonly string[] | undefined {
  const first = train.batches[0]?.prompts[0];
  if (!first || !tokenizer?.token) return undefined;
  return first.clean.map((id) => tokenizer.token!(id) ?? `token ${id}`);
}

/** Where a prompt, of those to find a circuit on or to measure it on, has another token than the first. */
function varyingPositions({ train, test }: LoadedTask): readonly number[] {
  const prompts = [...train.batches, ...test.batches].flatMap((batch) => batch.prompts);
  const first = prompts[0]!.clean;
  return [...first.keys()].filter((position) => prompts.some(({ clean }) => clean[position] !== first[position]));
}
