import { AutocircuitError, inputErrorCodes } from "@autocircuit/base";
import { type ComputeDType, computeDTypes, defaultDevice, openDevice, parseDevice } from "@autocircuit/native";
import { Command, CommanderError, Option } from "commander";
import { attributionCommand } from "./attribution/command.ts";
import {
  FULL_AUTOENCODERS,
  formatAutoencoderReport,
  QUICK_AUTOENCODERS,
  runAutoencoderSuite,
} from "./autoencoder/run-autoencoder.ts";
import { printPeak, runEngineSuite } from "./engine/run-suite.ts";
import { FULL, FULL_ON_GPU, QUICK } from "./engine/specs.ts";
import { growthCommand } from "./growth/command.ts";
import {
  formatLoadReport,
  type LoadVariant,
  loadVariants,
  printFirstLogits,
  runLoadSuite,
} from "./load/run-load-suite.ts";
import { methodsCommand } from "./methods/command.ts";
import { peersCommand } from "./peers/command.ts";
import { precisionCommand } from "./precision/command.ts";
import { formatReport } from "./result.ts";
import { studioCommand } from "./studio/command.ts";
import { studioPageCommand } from "./studio-page/command.ts";
import { writeJson } from "./write-json.ts";

interface EngineOptions {
  json?: string;
  quick?: boolean;
  peak?: string;
  device?: string;
  dtype: ComputeDType;
  tf32?: boolean;
}

interface LoadOptions {
  json?: string;
  quick?: boolean;
  first?: LoadVariant;
  folder?: string;
}

/**
 * Runs the benchmark that the arguments name, and gives the exit code: 0 done, 1 failed, 2 wrong usage or input.
 *
 * @param args what comes after `bench`
 * @param signal stops it
 * @throws what stopped it, and errors that no sentence for people stands behind
 */
export async function runProgram(args: readonly string[], signal: AbortSignal): Promise<number> {
  const program = buildProgram(signal);
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof AutocircuitError) || signal.aborted) throw error;
    console.error(`bench: ${error.message}`);
    return inputErrorCodes.has(error.code) ? 2 : 1;
  }
}

function buildProgram(signal: AbortSignal): Command {
  const program = new Command("bench").description(
    "Benchmarks: seconds, multiples of a plain forward pass, and peak memory.",
  );
  program
    .command("engine")
    .description(
      "forward passes, patched passes, edge attribution and ACDC on random weights in the shape of GPT-2 small",
    )
    .option("--json <file>", "also write the results as JSON")
    .option("--quick", "small models and few repeats: shows that everything runs")
    .option("--device <name>", "cpu, cuda, cuda:1, ... or auto (default: AUTOCIRCUIT_DEVICE, else cpu)")
    .addOption(new Option("--dtype <type>", "what to compute in").choices(computeDTypes).default("float32"))
    .option("--tf32", "on a GPU: let float32 products round their factors to 10 bits")
    .addOption(new Option("--peak <name>", "run one scenario and print its peak memory").hideHelp())
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- engine --json engine.json\n  npm run bench -- engine --quick\n  npm run bench -- engine --device cuda --json h100.json",
    )
    .action(async ({ json, quick, peak, dtype, tf32, ...asked }: EngineOptions) => {
      const device = await openDevice(asked.device === undefined ? defaultDevice() : parseDevice(asked.device));
      const how = { device: device.name, dtype, tf32 };
      const spec = quick ? QUICK : device.name === "cpu" ? FULL : FULL_ON_GPU;
      if (peak !== undefined) return printPeak(spec, peak, how);
      const flags = [
        "--device",
        device.name,
        "--dtype",
        dtype,
        ...(tf32 ? ["--tf32"] : []),
        ...(quick ? ["--quick"] : []),
      ];
      const report = await runEngineSuite(spec, {
        peakCommand: { entry: process.argv[1]!, args: ["engine", ...flags, "--peak"] },
        ...{ how, device },
        onStep: (text) => process.stderr.write(`${text}\n`),
        signal,
      });
      console.log(formatReport(report));
      if (json) writeJson(json, report);
    });

  program
    .command("load")
    .description(
      "from the start of a process to a checkpoint's first logits, and the memory it takes, GPT-2 small's size",
    )
    .option("--json <file>", "also write the results as JSON")
    .option("--quick", "a small checkpoint and few repeats: shows that everything runs")
    .addOption(new Option("--first <variant>", "load one and print what it took").choices(loadVariants).hideHelp())
    .addOption(new Option("--folder <folder>", "the checkpoint of --first").hideHelp())
    .addHelpText("after", "\nExamples:\n  npm run bench -- load --json load.json\n  npm run bench -- load --quick")
    .action(async ({ json, quick, first, folder }: LoadOptions) => {
      if (first !== undefined && folder !== undefined) return printFirstLogits(first, folder);
      const report = await runLoadSuite((quick ? QUICK : FULL).forward, {
        repeats: quick ? 1 : 5,
        command: { entry: process.argv[1]!, args: ["load", "--first"] },
        onStep: (text) => process.stderr.write(`${text}\n`),
        signal,
      });
      console.log(formatLoadReport(report));
      if (json) writeJson(json, report);
    });

  program
    .command("autoencoder")
    .description("attribution of all edges with the latents of sparse autoencoders as sources, GPT-2 small's size")
    .option("--json <file>", "also write the results as JSON")
    .option("--quick", "a small model: shows that everything runs")
    .addHelpText("after", "\nExamples:\n  npm run bench -- autoencoder\n  npm run bench -- autoencoder --quick")
    .action(async ({ json, quick }: Pick<LoadOptions, "json" | "quick">) => {
      const spec = quick ? QUICK_AUTOENCODERS : FULL_AUTOENCODERS;
      const report = await runAutoencoderSuite(spec, (text) => process.stderr.write(`${text}\n`));
      console.log(formatAutoencoderReport(report));
      if (json) writeJson(json, report);
    });

  program.addCommand(peersCommand(signal));
  program.addCommand(growthCommand(signal));
  program.addCommand(precisionCommand(signal));
  program.addCommand(attributionCommand(signal));
  program.addCommand(methodsCommand(signal));
  program.addCommand(studioCommand(signal));
  program.addCommand(studioPageCommand());
  return program;
}
