import { promptIds as idsOf, type TextTokenizer } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { UsageError } from "./usage-error.ts";

/** One prompt on the command line. */
export interface PromptOptions {
  model: string;
  prompt?: string;
  tokens?: number[];
  prependBos: boolean;
}

/** @throws UsageError where there is not exactly one of `--prompt` and `--tokens`; `toDo` says what it is for */
export function requirePrompt({ prompt, tokens }: PromptOptions, toDo: string): void {
  if ((prompt === undefined) === (tokens === undefined))
    throw new UsageError(`Give what to ${toDo}: either --prompt TEXT or --tokens 1,2,3.`);
}

/** Token ids of the prompt that is given. @throws UsageError for a text that cannot be read; AutocircuitError `bad-input` for none, and ids that are not there */
export function promptIds(
  { model, prompt, tokens, prependBos }: PromptOptions,
  tokenizer: TextTokenizer | null,
  { dVocab: vocabulary }: TransformerConfig,
): number[] {
  if (prompt !== undefined && !tokenizer)
    throw new UsageError(`${model} has no tokenizer, so a text cannot be read. Give token ids: --tokens 1,2,3.`);
  if (prompt === "" && !(prependBos && tokenizer!.bosId !== null))
    throw new UsageError(
      "An empty --prompt needs a token that starts a text. Give some text, or token ids with --tokens.",
    );
  return idsOf(tokens ?? prompt!, { tokenizer, prependBos, vocabulary });
}
