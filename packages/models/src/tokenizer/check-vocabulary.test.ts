import { expect, it } from "vitest";
import { checkVocabulary } from "./check-vocabulary.ts";
import { gpt2Tokenizer } from "./gpt2-tokenizer.ts";

it("lets a padded vocabulary pass, and refuses one that is too small", () => {
  const tokenizer = gpt2Tokenizer();
  expect(() => checkVocabulary(tokenizer, 50_257, "folder")).not.toThrow();
  expect(() => checkVocabulary(tokenizer, 50_304, "folder")).not.toThrow();
  expect(() => checkVocabulary(tokenizer, 5_335, "folder")).toThrow(
    /^folder: the tokenizer has 50257 tokens, the model only 5335: token 5335 \(" Mary"\) has no embedding/,
  );
});
