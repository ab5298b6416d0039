import type { Command } from "commander";
import type { CompileCommandOptions } from "../compile/compile-program.ts";
import type { Context } from "../context.ts";
import { wholeNumber } from "../support/parse-options.ts";

/** `autocircuit compile PROGRAM`. */
export function addCompile(program: Command, context: Context): void {
  program
    .command("compile")
    .description("compile a RASP program into the weights of a transformer, and show where each step went")
    .argument(
      "<program>",
      "a program of the library by name, or a .ts, .mts, .js or .mjs file whose default export is a RASP expression",
    )
    .option("--vocab <tokens>", "comma-separated tokens; numbers are taken as numbers", (text: string) =>
      text.split(","),
    )
    .option("--max-seq-len <n>", "longest input in tokens, without BOS", wholeNumber(1))
    .option("--bos <name>", "name of the beginning-of-sequence token")
    .option("--causal", "hide later positions from every head")
    .option("--mode <mode>", "compatible: tracr's weights to the last bit; corrected: without its known faults")
    .requiredOption("--out <folder>", "where config.json, model.safetensors and tracr.json go")
    .addHelpText(
      "after",
      `
TypeScript runs as it is on Node 22.18 and newer; on older ones the installed typescript package translates it first.

Examples:
  autocircuit compile reverse --out models/reverse
  autocircuit compile hist --vocab a,b,c --max-seq-len 8 --out models/hist
  autocircuit compile my-program.ts --vocab 1,2,3 --max-seq-len 5 --out models/mine`,
    )
    .action(async (name: string, options: CompileCommandOptions) => {
      const { compileProgram } = await import("../compile/compile-program.ts");
      await compileProgram(name, options, context);
    });
}
