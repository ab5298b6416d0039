import type { PromptFile, RawPrompt } from "../raw-prompt.ts";

/** A prompt pair as tools exchange it: AutoCircuit's fields, and those of the other format that have no counterpart. */
export interface ExchangedPrompt extends RawPrompt {
  /** Fields of which only the other format knows, by name; written back into that format. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A data set as tools exchange it. */
export interface ExchangedPrompts extends PromptFile {
  readonly prompts: readonly ExchangedPrompt[];
}
