import type { Command } from "commander";
import type { Context } from "../context.ts";
import type { LatentsCommandOptions } from "../latents/latents.ts";
import { addDeviceOptions } from "../support/device-options.ts";
import { LABELS_ARE, LABELS_OPTION } from "../support/labels-option.ts";
import {
  AUTOENCODERS_ARE,
  AUTOENCODERS_OPTION,
  PARTIAL_IS,
  PARTIAL_OPTION,
  SCALE_IS,
  SCALE_OPTION,
} from "../support/latent-options.ts";
import { maxEdges } from "../support/max-edges.ts";
import { MODEL_IS, MODEL_OPTION } from "../support/model-option.ts";
import { listOf, positiveNumber, wholeNumber } from "../support/parse-options.ts";
import { processing } from "../support/subject-options.ts";

/** `autocircuit latents`. */
export function addLatents(program: Command, context: Context): void {
  const command = program
    .command("latents")
    .description("the strongest latents of sparse autoencoders at each token of a text")
    .requiredOption(MODEL_OPTION, MODEL_IS)
    .requiredOption(AUTOENCODERS_OPTION, AUTOENCODERS_ARE)
    .option(SCALE_OPTION, SCALE_IS, listOf(positiveNumber))
    .option(PARTIAL_OPTION, PARTIAL_IS)
    .option("--prompt <text>", "the text")
    .option("--tokens <list>", "token ids, instead of --prompt", listOf(wholeNumber()))
    .option("--top <n>", "latents for each token and block", wholeNumber(1), 5)
    .option("--blocks <list>", "only those of these blocks", listOf(wholeNumber()))
    .option(LABELS_OPTION, LABELS_ARE)
    .option(
      "--no-autoencoder-errors",
      "drop what autoencoders leave out, so that later blocks read reconstructions only",
    )
    .option("--no-prepend-bos", "leave out the token that starts a text")
    .addOption(processing())
    .addOption(maxEdges())
    .option("--json <file>", "also write them as JSON");
  // Half precision has no autoencoders.
  addDeviceOptions(command, ["float32", "float64"])
    .addHelpText(
      "after",
      `
Examples:
  autocircuit latents --model gpt2 --autoencoders saes/mlp-out --prompt "The war lasted from 1732 to 17"
  autocircuit latents --model gpt2 --autoencoders saes/mlp-out --tokens 50256,464 --blocks 0,1 --top 3 --json latents.json`,
    )
    .action(async (options: LatentsCommandOptions) => {
      const { latents } = await import("../latents/latents.ts");
      await latents(options, context);
    });
}
