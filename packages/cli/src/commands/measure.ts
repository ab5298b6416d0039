import { ablationTypes } from "@autocircuit/core/ablations";
import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import type { MeasureCommandOptions } from "../measure/options.ts";
import { addDeviceOptions } from "../support/device-options.ts";
import { maxEdges } from "../support/max-edges.ts";
import { MIB_SELECTIONS, PATCH_TYPES } from "../support/names.ts";
import { listOf, oneOf, wholeNumber } from "../support/parse-options.ts";
import { rankOption } from "../support/rank-option.ts";
import { addSubjectOptions } from "../support/subject-options.ts";

/** `autocircuit measure [TASK]`. */
export function addMeasure(program: Command, context: Context): void {
  const command = program
    .command("measure")
    .description(
      "measure circuits of several sizes, made from saved scores, on the prompts that a task or a file of one's own sets aside for it",
    )
    .argument("[task]", "a ready-made task (see autocircuit tasks), on its own prompts unless --prompts has others");
  addSubjectOptions(command, "the file of --scores")
    .optionsGroup("Measuring:")
    .requiredOption("--scores <file>", "scores that discover saved")
    .option(
      "--sizes <list>",
      "circuit sizes (default: sizes that suit the graph and the scores)",
      listOf(wholeNumber()),
    )
    .addOption(rankOption())
    .option(
      "--metrics <list>",
      "metrics by name, or the word all (default: those that say most about the task's outputs)",
      listOf(String),
    )
    .addOption(
      new Option("--patch <kind>", "tree: ablate everything outside the circuit; edge: ablate the circuit")
        .choices(PATCH_TYPES)
        .default("tree"),
    )
    .addOption(
      new Option("--ablation <type>", "what ablated edges take").argParser(oneOf(ablationTypes)).default("resample"),
    )
    .option("--seed <n>", "chooses the prompt pairs and their order (default: the scores', else 0)", wholeNumber())
    .addOption(maxEdges())
    .option("--mib", "measure as the Mechanistic Interpretability Benchmark does: CPR, CMD, AUROC at its ten sizes")
    .option(
      "--mib-folder <folder>",
      "with --mib: write the scores there, in the folder that the benchmark expects of a submission",
    )
    .option(
      "--mib-name <task_model>",
      "with --mib-folder: what the benchmark calls it, such as ioi_gpt2 (default: TASK_MODEL)",
    )
    .addOption(
      new Option("--select <how>", "with --mib: take the best edges, or grow the circuit from the output").choices(
        MIB_SELECTIONS,
      ),
    )
    .option("--json <file>", "also write the values as JSON");
  addDeviceOptions(command)
    .addHelpText(
      "after",
      `
With --model and --prompts give the options of --batch-size, --batch-count, --seq-len and --skip-unfit as discover had them: then the prompts
that are measured on are those that nothing was found with. Which kind of graph is meant the scores tell.

Examples:
  autocircuit measure tracr-reverse --scores circuit-reports/tracr-reverse/scores.safetensors
  autocircuit measure tracr-hist --scores scores.safetensors --sizes 0,2,4 --metrics kl-clean,correct-percent --json hist.json
  autocircuit measure ioi-component --model gpt2 --scores scores.safetensors --sizes 10,100,1000
  autocircuit measure --model gpt2 --prompts names.json --scores scores.safetensors --sizes 10,100,1000
  autocircuit measure tracr-reverse --scores circuit-reports/tracr-reverse/scores.safetensors --mib --json mib.json
  autocircuit measure ioi-component --model gpt2 --scores scores.safetensors --mib --mib-folder submission --mib-name ioi_gpt2`,
    )
    .action(async (task: string | undefined, options: MeasureCommandOptions) => {
      const { measure } = await import("../measure/measure.ts");
      await measure(task, options, context);
    });
}
