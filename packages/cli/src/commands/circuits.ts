import type { Command } from "commander";
import type { CircuitsCommandOptions } from "../circuits/circuits-options.ts";
import type { Context } from "../context.ts";
import { maxEdges } from "../support/max-edges.ts";
import { MODEL_IS, MODEL_OPTION } from "../support/model-option.ts";
import { wholeNumber } from "../support/parse-options.ts";

/** `autocircuit circuits [NAME]`. */
export function addCircuits(program: Command, context: Context): void {
  program
    .command("circuits")
    .description("list the published circuits with their papers, or give the edges of one in a model's graph")
    .argument("[name]", "a published circuit; without a name they are listed")
    .option(MODEL_OPTION, `model of the circuit's shape, of which only the configuration is read: ${MODEL_IS}`)
    .option("--config <file>", "the same, by its config.json")
    .option(
      "--by-token",
      "an edge for each position instead of one for all; needs --seq-len, and mostly --word-positions",
    )
    .option("--seq-len <n>", "positions of the graph by token", wholeNumber(1))
    .option("--word-positions <json>", 'positions of named words in the whole prompt, such as {"IO":2,"end":14}')
    .option("--seq-start <n>", "position that the graph starts at, where a shared prefix was cut off", wholeNumber(), 0)
    .option("--no-separate-qkv", "queries, keys and values of a head share one input")
    .option("--corrected", "follow the paper where the published code has a slip")
    .addOption(maxEdges())
    .option("--json <file>", "also write the list, or the edges")
    .addHelpText(
      "after",
      `
Examples:
  autocircuit circuits
  autocircuit circuits ioi-edges --model models/gpt2 --json ioi.json
  autocircuit circuits ioi-edges --config gpt2/config.json --by-token --seq-len 15 --word-positions '{"IO":2,"S1":4,"S1+1":5,"S2":10,"end":14}'
  autocircuit circuits sports-players-edges --model models/pythia-2.8b --no-separate-qkv`,
    )
    .action(async (name: string | undefined, options: CircuitsCommandOptions) => {
      if (name === undefined) {
        const { listCircuits } = await import("../circuits/list-circuits.ts");
        await listCircuits(options, context);
      } else {
        const { circuitEdges } = await import("../circuits/circuit-edges.ts");
        await circuitEdges(name, options, context);
      }
    });
}
