import { type KindsOf, kind, signature, USUAL_SEED } from "@autocircuit/base";
import { gpt2Tokenizer } from "@autocircuit/models";
import type { PieceTokenizer } from "./marked-text.ts";

/** How text prompts are generated. */
export interface TextPromptsOptions {
  /** Chooses words and their order. Default 0. */
  readonly seed?: number;
  /** Tells which words are one token and where words lie; default GPT-2's. */
  readonly tokenizer?: PieceTokenizer;
  /** Prompt pairs to make. */
  readonly count?: number;
}

/** What {@link TextPromptsOptions} may be. */
export const textPromptsKinds: KindsOf<TextPromptsOptions> = {
  seed: kind.whole,
  tokenizer: kind.having("a tokenizer with an `encode`", "encode"),
  count: kind.count,
};

const check = signature("prompts of a task", {}, textPromptsKinds);

/** The options with every default filled in. @throws AutocircuitError for options that cannot be */
export function textPromptsOptions(options: TextPromptsOptions, defaultCount: number): Required<TextPromptsOptions> {
  check({}, options);
  const { seed = USUAL_SEED, tokenizer, count } = options;
  return { seed, tokenizer: tokenizer ?? gpt2Tokenizer(), count: count ?? defaultCount };
}
