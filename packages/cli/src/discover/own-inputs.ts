import { findTokenizer, readConfig, resolveModelFolder, type TextTokenizer } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { Progress } from "../support/progress.ts";
import type { PromptCommandOptions } from "../support/subject-options.ts";
import { type OwnPrompts, readOwnPrompts } from "./own-prompts.ts";

/** Somebody's own model, of which no weights are read yet, and prompts in its tokens. */
export interface OwnInputs {
  /** Where the model lies, downloaded where it was named by its name on the hub. */
  readonly folder: string;
  readonly config: TransformerConfig;
  readonly tokenizer: TextTokenizer | null;
  readonly prompts: OwnPrompts;
}

/**
 * Finds a model, and reads prompts by its tokenizer: what every command does that takes both.
 *
 * @param options.byToken whether all prompts must have one length
 * @throws UsageError or AutocircuitError for prompts that cannot be used, with file, prompt and reason
 */
export async function ownInputs(
  model: string,
  files: readonly string[],
  options: PromptCommandOptions & { byToken: boolean; signal: AbortSignal },
): Promise<OwnInputs> {
  const { prependBos, seqLen, align, skipUnfit, byToken, signal } = options;
  using downloading = new Progress("download");
  const folder = await resolveModelFolder(model, {
    signal,
    onProgress: ({ done, total }) => downloading.update(done, total),
  });
  const config = await readConfig(folder);
  const tokenizer = await findTokenizer(folder);
  const { dVocab: vocabulary, dVocabOut: outputVocabulary } = config;
  const how = { tokenizer, prependBos, seqLen, align, skipUnfit, byToken, vocabulary, outputVocabulary };
  const prompts = await readOwnPrompts(files, how);
  return { folder, config, tokenizer, prompts };
}
