import type { PairAlignment, TrainTest } from "@autocircuit/core";
import { type Command, Option } from "commander";
import { kebabOf } from "./flag-of.ts";
import { addLatentOptions, type LatentCommandOptions } from "./latent-options.ts";
import { MODEL_IS, MODEL_OPTION } from "./model-option.ts";
import { PAIR_ALIGNMENTS, PROCESSING_STEPS } from "./names.ts";
import { listOf, oneOf, trainAndTest, wholeNumber } from "./parse-options.ts";

/** Options that say which prompts a command reads and how, as commander gives them. */
export interface PromptCommandOptions {
  prompts?: string[];
  seqLen?: number;
  align?: PairAlignment;
  skipUnfit?: boolean;
  prependBos: boolean;
  processing?: string[];
}

/** Options that say which model and prompts of one's own a command is about, as commander gives them. */
export interface SubjectCommandOptions extends PromptCommandOptions, LatentCommandOptions {
  model?: string;
  outputSlice?: string;
  batchSize?: number;
  batchCount?: TrainTest;
  factorized: boolean;
  separateQkv: boolean;
  ungrouped?: boolean;
}

/** Adds the options of {@link PromptCommandOptions}. */
export function addPromptOptions(command: Command): Command {
  return command
    .option(
      "--prompts <files...>",
      "prompt pairs, as text or token ids: AutoCircuit JSON, EAP-IG's .csv, Edge-Pruning's .jsonl; several files are joined",
    )
    .option("--seq-len <n>", "use only the prompts of n tokens, the one that starts a text included", wholeNumber(1))
    .option(
      "--align <how>",
      "pairs of unequal length: which positions belong together, counted from the end or word by word (default: such pairs are refused)",
      oneOf(PAIR_ALIGNMENTS),
    )
    .option(
      "--skip-unfit",
      "leave out prompts of --prompts that do not fit the model, and count them: answers of several tokens, other lengths",
    )
    .option("--no-prepend-bos", "prompts as text: leave out the token that starts a text")
    .addOption(processing());
}

/**
 * How the weights of a model are processed.
 *
 * @param chosen what else the default is chosen by, beside the model
 */
export function processing(chosen = ", and what its autoencoders were made for"): Option {
  const steps = PROCESSING_STEPS.map(kebabOf);
  return new Option(
    "--processing <list>",
    `weight processing: none, or any of ${steps.join(", ")} (default: what suits the model${chosen})`,
  ).argParser(listOf(oneOf(["none", ...steps])));
}

/** The kind of graph in which query heads that share keys and values have inputs of their own. */
export function ungroupedOption(): Option {
  return new Option("--ungrouped", "grouped keys and values: an input for every query head");
}

/**
 * Adds the options of {@link SubjectCommandOptions}.
 *
 * @param found see `addLatentOptions`
 */
export function addSubjectOptions(command: Command, found?: string): Command {
  command
    .optionsGroup("Your own model and prompts:")
    .option(MODEL_OPTION, `${MODEL_IS}; with a task: any model to run it on`);
  addPromptOptions(command)
    .option(
      "--output-slice <slice>",
      "outputs that count: last_seq, not_first_seq, none (all) or a position, -1 for the last (default: last_seq)",
    )
    .option("--batch-size <n>", "prompt pairs a batch (default: at most 32, so that few are left over)", wholeNumber(1))
    .option(
      "--batch-count <train,test>",
      "batches to discover with and to measure on (default: half of the prompts each)",
      trainAndTest,
    );
  return addLatentOptions(command, found)
    .option("--no-separate-qkv", "one input for the queries, keys and values of a head")
    .option("--no-factorized", "patch nodes along the residual stream instead of edges between components")
    .addOption(ungroupedOption());
}
