import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import type { DiscoveryOptions } from "./discovery-options.ts";

/** An option of an algorithm, as a command line or a form would offer it. */
export interface OptionSpec {
  /** The property in the algorithm's options. */
  readonly name: string;
  /**
   * `numbers`, `sizes`, `names` and `edges` are lists; sizes are numbers or `"true_size"`, names are some of the choices, edges are names or
   * `[name, token]`.
   */
  readonly type: "number" | "integer" | "boolean" | "numbers" | "sizes" | "names" | "string" | "edges";
  /** The values a string, or each of some names, may have. */
  readonly choices?: readonly string[];
  /** What is used when the option is left out; absent where that is nothing in particular. */
  readonly default?: number | string | boolean | readonly number[] | readonly string[];
  /** Whether the algorithm cannot do without it. */
  readonly required?: boolean;
  /** One line. */
  readonly description: string;
}

/** Options of an algorithm that is known by its name alone. */
export type UncheckedOptions = DiscoveryOptions & Readonly<Record<string, unknown>>;

/** An algorithm with what a person needs to choose and set it. */
export interface NamedAlgorithm {
  /** One line. */
  readonly description: string;
  /** The paper it comes from. */
  readonly paper?: string;
  readonly options: readonly OptionSpec[];
  /** Whether it takes the options of a search that can be stopped and go on (`onSearch`, `resume`). */
  readonly resumable?: boolean;
  /** Whether it takes `onPrompt`, which is called with the scores of each prompt alone, at little cost. */
  readonly perPrompt?: boolean;
  /**
   * Runs it. Options beyond those every algorithm takes are the ones listed; others are errors. A method, so that a function which says more of
   * its options is one too: what they are the algorithm checks itself.
   */
  discover(model: PatchableModel, prompts: PromptLoader, options?: UncheckedOptions): Promise<PruneScores>;
}
