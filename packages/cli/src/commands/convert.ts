import type { Command } from "commander";
import type { Context } from "../context.ts";
import type { ConvertCommandOptions } from "../convert/convert.ts";
import { maxEdges } from "../support/max-edges.ts";
import { MODEL_IS, MODEL_OPTION } from "../support/model-option.ts";
import { wholeNumber } from "../support/parse-options.ts";
import { rankOption } from "../support/rank-option.ts";

/** `autocircuit convert IN OUT`. */
export function addConvert(program: Command, context: Context): void {
  program
    .command("convert")
    .description("convert circuits and prompts between the formats of AutoCircuit, EAP-IG / MIB and Edge-Pruning")
    .argument(
      "<in>",
      "circuit (.json of EAP-IG, of this program or a list of edges, .safetensors of scores) or prompts (.json, .csv, .jsonl)",
    )
    .argument("<out>", "what to write; its ending and the input decide the format")
    .option(
      MODEL_OPTION,
      `the model that a circuit belongs to, checked, and needed where the input does not say it: ${MODEL_IS}`,
    )
    .option("--config <file>", "the same, by its config.json")
    .option(
      "--size <n>",
      "edges in the circuit, from scores (default: all with a score that is not -Infinity)",
      wholeNumber(),
    )
    .addOption(rankOption())
    .option(
      "--tokenizer <folder|file|id>",
      "for .csv from answers given as text, of which it holds token ids: a model folder, .gguf file or hub id, or gpt2",
    )
    .option(
      "--skip-unfit",
      "with --tokenizer: leave out prompts that do not fit it, and count them: answers of several tokens, pairs of two lengths",
    )
    .addOption(maxEdges())
    .addHelpText(
      "after",
      `
A circuit of EAP-IG becomes one of this program; what discover --json wrote, a list of edges and the like become EAP-IG's; any becomes scores with OUT.safetensors.
Prompts in AutoCircuit's .json become EAP-IG's .csv or Edge-Pruning's .jsonl, and the other way round.

Examples:
  autocircuit convert eap-ig-circuit.json circuit.json
  autocircuit convert circuit.json for-mib.json --model models/gpt2
  autocircuit convert scores.safetensors for-mib.json --size 1000 --model models/gpt2
  autocircuit convert ioi.csv ioi.json
  autocircuit convert datasets/ioi/vanilla.json ioi.csv --tokenizer gpt2
  autocircuit convert names.json names.csv --tokenizer models/llama --skip-unfit`,
    )
    .action(async (input: string, output: string, options: ConvertCommandOptions) => {
      const { convert } = await import("../convert/convert.ts");
      await convert(input, output, options, context);
    });
}
