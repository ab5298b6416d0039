import { sayOnceAs, version } from "@autocircuit/base";
import { Command, CommanderError } from "commander";
import { addBuild } from "./commands/build.ts";
import { addCircuits } from "./commands/circuits.ts";
import { addCompile } from "./commands/compile.ts";
import { addConvert } from "./commands/convert.ts";
import { addDatasets } from "./commands/datasets.ts";
import { addDiscover } from "./commands/discover.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addGenerate } from "./commands/generate.ts";
import { addLatents } from "./commands/latents.ts";
import { addLibtorch } from "./commands/libtorch.ts";
import { addMeasure } from "./commands/measure.ts";
import { addModel } from "./commands/model.ts";
import { addPatch } from "./commands/patch.ts";
import { addSetup } from "./commands/setup.ts";
import { addStudio } from "./commands/studio.ts";
import { addSweep } from "./commands/sweep.ts";
import { addTasks } from "./commands/tasks.ts";
import { addTest } from "./commands/test.ts";
import type { Context } from "./context.ts";
import { describeError, helpLine } from "./support/describe-error.ts";
import { EXIT, exitCodeFor } from "./support/exit-codes.ts";
import { flagsOf, inFlagNames } from "./support/in-flags.ts";
import { applyMaxEdges } from "./support/max-edges.ts";
import { explainOneTooMany } from "./support/one-too-many.ts";
import { refuseOpposites } from "./support/opposite-options.ts";
import { explainRenamed } from "./support/renamed-flags.ts";
import { explainTakenByList } from "./support/taken-by-list.ts";

const COMMANDS = [
  addTasks,
  addDiscover,
  addMeasure,
  addTest,
  addStudio,
  addSweep,
  addPatch,
  addCompile,
  addModel,
  addGenerate,
  addLatents,
  addCircuits,
  addConvert,
  addDatasets,
  addSetup,
  addDoctor,
  addLibtorch,
  addBuild,
];

/** Output of the program; tests put their own here. */
export interface ProgramOutput {
  out: (text: string) => void;
  err: (text: string) => void;
}

const STANDARD: ProgramOutput = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/**
 * Runs the command line and gives its exit code: 0 done, 1 failed, 2 wrong usage or input, 3 done with the answer no, 130 stopped by its signal.
 *
 * @param args what comes after `autocircuit`
 * @param signal stops the command; nothing is left half written
 */
export async function runProgram(
  args: readonly string[],
  signal: AbortSignal,
  output: ProgramOutput = STANDARD,
): Promise<number> {
  let code: number = EXIT.ok;
  const refuse = () => {
    code = EXIT.refused;
  };
  const program = buildProgram(args, { signal, print: (line) => output.out(`${line}\n`), refuse }, output);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const command = commandOf(program, args);
    output.err(`${describeError(error, pathOf(command), { flags: flagsOf(command) })}\n`);
    return exitCodeFor(error);
  } finally {
    sayOnceAs((text) => text);
  }
}

function buildProgram(args: readonly string[], context: Context, output: ProgramOutput): Command {
  const program = new Command("autocircuit")
    .description("Find the circuits of a transformer: which few edges carry a behaviour.")
    .version(version)
    .showSuggestionAfterError(true)
    .addHelpText("after", "\nEvery command has --help with examples. AUTOCIRCUIT_DEBUG=1 adds stacks to errors.");
  for (const add of COMMANDS) add(program, context);
  program.hook("preAction", (_program, command) => {
    sayOnceAs((text) => inFlagNames(text, flagsOf(command)));
    return applyMaxEdges(command.opts());
  });
  for (const command of [program, ...program.commands, ...program.commands.flatMap((child) => child.commands)]) {
    refuseOpposites(command);
    command.exitOverride().configureOutput({
      writeOut: output.out,
      writeErr: output.err,
      outputError: (message, write) => {
        const explained = explainOneTooMany(
          command,
          args,
          explainTakenByList(command, explainRenamed(command, message)),
        );
        write(`${explained.trimEnd()}
${helpLine(pathOf(command))}
`);
      },
    });
  }
  return program;
}

/** What is typed for it: `autocircuit sweep plan`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** The command that is called, within the one that was given where it has some; else that one. */
function commandOf(command: Command, [name, ...args]: readonly string[]): Command {
  const child = command.commands.find((one) => one.name() === name);
  return child ? commandOf(child, args) : command;
}
