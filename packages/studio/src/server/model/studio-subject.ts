import type { EdgeRef, PatchableModel, PromptLoader } from "@autocircuit/core";

/** What a studio is about. A `LoadedTask` can be turned into one with `subjectOfTask`. */
export interface StudioSubject {
  readonly model: PatchableModel;
  /** Prompts that are listed, run and measured on. */
  readonly prompts: PromptLoader;
  /** Prompts that circuits are discovered with; by default the same. */
  readonly train?: PromptLoader | undefined;
  readonly title: string;
  /** What the model is called; null or left out for one compiled for its task. */
  readonly modelName?: string | null | undefined;
  /** Edges of the known circuit, for the algorithms that take it. */
  readonly knownEdges?: readonly EdgeRef[] | null | undefined;
  /** A label for each position of a graph by token. */
  readonly tokenLabels?: readonly string[] | undefined;
  /** Positions whose label is the first prompt's token, where other prompts have others; marked in the picture. Default none. */
  readonly varyingTokens?: readonly number[] | undefined;
  /** The text of a token, for models without a tokenizer: of the prompt's vocabulary, or of the output's. */
  readonly tokenText?: ((id: number, of: "input" | "output") => string | undefined) | undefined;
}
