import { badFile } from "../bad-file.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/**
 * Checks that a model knows every token of its tokenizer. A vocabulary larger than the tokenizer's is fine: many are padded
 * to a round number.
 *
 * @param vocabulary rows of the model's embedding
 * @param where the model's folder, named in the error
 * @throws AutocircuitError `bad-file` that names both sizes and the first token that does not fit
 */
export function checkVocabulary(tokenizer: TextTokenizer, vocabulary: number, where: string): void {
  const { vocabularySize } = tokenizer;
  if (vocabularySize <= vocabulary) return;
  let id = vocabulary;
  while (tokenizer.token(id) === undefined) id++;
  throw badFile(
    where,
    `the tokenizer has ${vocabularySize} tokens, the model only ${vocabulary}: token ${id} (${JSON.stringify(tokenizer.token(id))}) has no embedding. ` +
      "Give the `tokenizer` that the model was trained with, or `tokenizer: null` to use token ids only.",
  );
}
