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

/** The options with every default filled in. */
export function textPromptsOptions(
  { seed = 0, tokenizer, count }: TextPromptsOptions,
  defaultCount: number,
): Required<TextPromptsOptions> {
  return { seed, tokenizer: tokenizer ?? gpt2Tokenizer(), count: count ?? defaultCount };
}
