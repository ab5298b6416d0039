import type { Command } from "commander";
import type { Context } from "../context.ts";
import type { ModelCommandOptions } from "../model/describe.ts";
import { maxEdges } from "../support/max-edges.ts";
import { wholeNumber } from "../support/parse-options.ts";

/** `autocircuit model MODEL`. */
export function addModel(program: Command, context: Context): void {
  program
    .command("model")
    .description(
      "say what a model is: architecture, parameters, nodes and edges of its graphs, memory of a patched run; reads no weights",
    )
    .argument(
      "<model>",
      "folder with config.json, of transformers or of TransformerLens, a GGUF file, or a name on the Hugging Face hub",
    )
    .option("--batch-size <n>", "prompts at once, for the memory estimate", wholeNumber(1), 16)
    .option("--seq-len <n>", "tokens in a prompt, for the memory estimate and the graph by token", wholeNumber(1), 16)
    .option("--graph", "also list the nodes layer by layer, with the edges that end there")
    .addOption(maxEdges())
    .option("--json <file>", "also write it as JSON")
    .addHelpText(
      "after",
      `
Examples:
  autocircuit model models/gpt2
  autocircuit model models/llama.gguf
  autocircuit model openai-community/gpt2 --graph
  autocircuit model models/gpt2 --batch-size 32 --seq-len 64 --json gpt2.json`,
    )
    .action(async (idOrFolder: string, options: ModelCommandOptions) => {
      const { describe } = await import("../model/describe.ts");
      await describe(idOrFolder, options, context);
    });
}
