import { USUAL_SEED } from "@autocircuit/base";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import type { StudioCommandOptions } from "../studio/studio-options.ts";
import { addDeviceOptions } from "../support/device-options.ts";
import { maxEdges } from "../support/max-edges.ts";
import { wholeNumber } from "../support/parse-options.ts";
import { addSubjectOptions } from "../support/subject-options.ts";

/** `autocircuit studio [TASK]`. */
export function addStudio(program: Command, context: Context): void {
  const command = program
    .command("studio")
    .description("open a page on this machine: click an edge, ablate it, and see what the model says now")
    .argument("[task]", "a ready-made task (see autocircuit tasks), on its own prompts unless --prompts has others");
  addSubjectOptions(command, "the first of --scores and --circuit")
    .optionsGroup("Studio:")
    .option("--scores <files...>", "scores that discover saved, or an EAP-IG circuit with scores")
    .option("--circuit <files...>", "circuits: lists of edges, what discover --json wrote, or other tools' files")
    .option(
      "--attribution-graph <file>",
      "an attribution graph of circuit-tracer (JSON), shown beside, or alone; it is not run",
    )
    .option("--by-token", "an edge for each position instead of one for all; all prompts must have the same length")
    .option("--seed <n>", "chooses the prompt pairs and their order", wholeNumber(), USUAL_SEED)
    .addOption(maxEdges())
    .option("--port <n>", "port on 127.0.0.1 (default: any that is free)", wholeNumber())
    .option("--no-open", "print the address and open no browser")
    .option("--out <folder>", "where found scores and the page's states are kept (default: nothing is written)");
  addDeviceOptions(command)
    .addHelpText(
      "after",
      `
Only who has the address with its token gets anything, and only from this machine. Ctrl-C ends it. On another machine:
  ssh -L 4180:127.0.0.1:4180 HOST autocircuit studio tracr-reverse --port 4180 --no-open

Examples:
  autocircuit studio tracr-reverse
  autocircuit studio tracr-reverse --by-token
  autocircuit studio --model models/gpt2 --prompts names.json --scores circuit-reports/gpt2/scores.safetensors
  autocircuit studio ioi-component --model gpt2 --circuit mine.json eap-ig.json --out studio
  autocircuit studio --attribution-graph graph.json`,
    )
    .action(async (task: string | undefined, options: StudioCommandOptions) => {
      const { studio } = await import("../studio/studio.ts");
      await studio(task, options, context);
    });
}
