import { type Kind, kind } from "@autocircuit/base";

/** How a model's weights were processed as they were loaded. */
export interface ModelProcessing {
  /** The steps that were done, by the names of their options, such as `foldLn`, in their order. */
  readonly steps: readonly string[];
  /** Whether they are what the loader does where nothing is said. */
  readonly usual: boolean;
}

/** {@link ModelProcessing}. */
export const modelProcessing: Kind = kind.shape("how weights were processed, { steps, usual }", {
  steps: kind.listOf(kind.text),
  usual: kind.flag,
});

/** How weights were processed, in a few words, as reports and files have it; undefined where that is what the loader does, or is not known. */
export function unusualProcessing(processing: ModelProcessing | null): string | undefined {
  if (processing === null || processing.usual) return undefined;
  return processing.steps.join(", ") || "none";
}
