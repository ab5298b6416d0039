import { LESS_THEIR_MEAN, USUAL_SEED } from "@autocircuit/base";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import type { GenerateCommandOptions } from "../generate/generate.ts";
import { addDeviceOptions } from "../support/device-options.ts";
import { maxEdges } from "../support/max-edges.ts";
import { MODEL_IS, MODEL_OPTION } from "../support/model-option.ts";
import { listOf, positiveNumber, wholeNumber } from "../support/parse-options.ts";
import { processing } from "../support/subject-options.ts";

/** `autocircuit generate`. */
export function addGenerate(program: Command, context: Context): void {
  const command = program
    .command("generate")
    .description("let a model continue a text, to see at a glance whether it works")
    .requiredOption(MODEL_OPTION, MODEL_IS)
    .option("--prompt <text>", "text to continue; may be empty where the model has a token that starts a text")
    .option("--tokens <list>", "token ids to continue, instead of --prompt", listOf(wholeNumber()))
    .option("--max-tokens <n>", "most tokens to write", wholeNumber(1), 50)
    .option(
      "--temperature <t>",
      "draw tokens instead of taking the likeliest: above 1 wilder, below 1 tamer",
      positiveNumber,
    )
    .option("--top-k <k>", "draw among the k likeliest tokens only", wholeNumber(1))
    .option("--top <n>", "first print the n likeliest next tokens, with logits and probabilities", wholeNumber(1))
    .option("--seed <n>", "chooses what is drawn", wholeNumber(), USUAL_SEED)
    .option("--no-prepend-bos", "leave out the token that starts a text")
    .addOption(processing(""))
    .addOption(maxEdges())
    .option("--json <file>", "also write text and tokens as JSON");
  addDeviceOptions(command)
    .addHelpText(
      "after",
      `
The logits of --top are ${LESS_THEIR_MEAN} (--processing none: as stored); differences of logits, probabilities and what is written are not changed by that.

Examples:
  autocircuit generate --model gpt2 --prompt "The cat sat on the"
  autocircuit generate --model gpt2 --prompt "The capital of France is" --top 10 --max-tokens 1
  autocircuit generate --model gpt2 --prompt "The capital of France is" --top 10 --max-tokens 1 --processing none
  autocircuit generate --model models/llama --prompt "Once upon a time" --temperature 0.8 --top-k 40 --seed 7
  autocircuit generate --model models/dreams --tokens 1 --max-tokens 100 --json text.json`,
    )
    .action(async (options: GenerateCommandOptions) => {
      const { generate } = await import("../generate/generate.ts");
      await generate(options, context);
    });
}
