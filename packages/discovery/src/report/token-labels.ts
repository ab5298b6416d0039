import { signature } from "@autocircuit/base";
import { coreKinds, type LoadedTask } from "@autocircuit/core";

const check = signature("tokenLabelsOf", { task: coreKinds.loadedTask });

/**
 * What the positions of a task's prompts are called: as their file says, else as the task does, else the tokens of the first prompt.
 *
 * @returns a label for each position of the graph or, where that is not by token, of the prompts; undefined where nothing names just so many
 * @example
 * for (const [position, label] of (tokenLabelsOf(task) ?? []).entries()) console.log(position, label);
 */
export function tokenLabelsOf(task: LoadedTask): readonly string[] | undefined {
  check({ task });
  const { train, model, options } = task;
  const length = model.graph.tokens ?? train.seqLen;
  const ofFile = train.tokenLabels?.map((label) => (label === "<|BOS|>" ? "BOS" : label));
  return [ofFile, options.tokenLabels, firstPromptTokens(task)].find((labels) => labels?.length === length);
}

function firstPromptTokens({ train, model: { tokenizer } }: LoadedTask): readonly string[] | undefined {
  const first = train.batches[0]?.prompts[0];
  if (!first || !tokenizer?.token) return undefined;
  return first.clean.map((id) => tokenizer.token!(id) ?? `token ${id}`);
}
