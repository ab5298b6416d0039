import { AutocircuitError } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";

/**
 * Refuses a model that no text can be continued with.
 *
 * @param name what an error calls it. Default: the model
 * @throws AutocircuitError `bad-input` for one that is bidirectional, and one whose outputs are not its tokens
 */
export function requireWriter({ causal, dVocab, dVocabOut }: TransformerConfig, name = "The model"): void {
  const refuse = (reason: string): never => {
    throw new AutocircuitError("bad-input", `${name} ${reason}`);
  };
  if (!causal) refuse("is bidirectional: it reads whole texts and cannot continue one.");
  if (dVocab !== dVocabOut)
    refuse(`reads ${dVocab} tokens and gives ${dVocabOut} outputs, which are not tokens it could go on with.`);
}
