#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AutocircuitError } from "@autocircuit/base";
import {
  type ComputeDType,
  computeDTypes,
  openDevice,
  parseDevice,
  recordings,
  recordingsText,
} from "@autocircuit/native";
import { Command, InvalidArgumentError } from "commander";
import { writeLoads } from "./loads/write-loads.ts";
import { runConformance } from "./run-conformance.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

const program = new Command("conformance")
  .description("Compare every number with the reference implementation's.")
  .argument("[folders...]", "folders with cases (default: AUTOCIRCUIT_CONFORMANCE, else the committed fixtures)")
  .option("--verbose", "also list the checks that passed")
  .option("--device <name>", "cpu, cuda, cuda:1 or auto (default: AUTOCIRCUIT_DEVICE, else cpu)")
  .option("--dtype <type>", `what networks compute in: ${computeDTypes.join(", ")}`, dtypeOption)
  .option("--loads <file>", "only write, as JSON, what loads and how far its numbers are from the other libraries'")
  .option("--max-failures <n>", "list at most this many differences", wholeNumber, 50)
  .addHelpText(
    "after",
    "\nExamples:\n  npm run conformance\n  npm run conformance -- path/to/conformance/autocircuit/gpt2-like --verbose" +
      "\n  npm run conformance -- --device cuda\n  npm run conformance -- --dtype bfloat16",
  )
  .action(run);

/** Runs the suite, prints what differs, and sets the exit code: 1 on a difference, or when nothing was found. */
async function run(
  folders: string[],
  options: { verbose?: boolean; loads?: string; maxFailures: number; device?: string; dtype?: ComputeDType },
): Promise<void> {
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  let listed = 0;
  const counts = new Map<string, number>();
  try {
    // Every model that names no device runs on this one.
    if (options.device !== undefined) process.env.AUTOCIRCUIT_DEVICE = parseDevice(options.device);
    const { name, kernels, note } = await openDevice();
    if (name !== "cpu") console.log(`on ${name}${kernels ? " with this project's kernels" : ""}`);
    if (note !== undefined) console.log(note);
    if (options.loads !== undefined) {
      const { checkpoints, autoencoders } = await writeLoads(
        options.loads,
        folders.length > 0 ? folders : defaultFolders(),
      );
      console.log(`wrote ${options.loads}: ${checkpoints.length} checkpoints, ${autoencoders.length} formats`);
      return;
    }
    const result = await runConformance(folders.length > 0 ? folders : defaultFolders(), {
      dtype: options.dtype,
      device: name,
      signal: abort.signal,
      onCase: ({ name, kind }) => console.log(`${name} (${kind})`),
      onNote: ({ folder, name, text }) => console.log(`  note  ${folder}: ${name}: ${text}`),
      onCheck: (check) => {
        counts.set(check.folder, (counts.get(check.folder) ?? 0) + 1);
        if (check.passed && options.verbose) console.log(`  ok    ${check.folder}: ${check.name}`);
        if (!check.passed && listed++ < options.maxFailures)
          console.log(`  DIFF  ${check.folder}: ${check.name}: ${check.detail}`);
      },
    });
    if (listed > options.maxFailures)
      console.log(`  ... ${listed - options.maxFailures} more differences (--max-failures)`);
    if (name !== "cpu") console.log(recordingsText(await recordings()));
    for (const { name } of result.cases) console.log(`${String(counts.get(name) ?? 0).padStart(7)}  ${name}`);
    for (const { folder, name, cells } of result.uncompared)
      console.log(`  not compared  ${folder}: ${name}: ${cells} cells that are NaN in the reference`);
    console.log(`${result.passed} passed, ${result.failed} failed${notCompared(result.uncompared)}`);
    process.exitCode = result.failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof AutocircuitError) && !abort.signal.aborted) throw error;
    console.error(abort.signal.aborted ? "conformance: stopped." : `conformance: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function notCompared(uncompared: readonly { cells: number }[]): string {
  const cells = uncompared.reduce((sum, { cells }) => sum + cells, 0);
  return cells === 0 ? "" : `, ${cells} cells not compared`;
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is not a whole number.`);
}

function dtypeOption(text: string): ComputeDType {
  const found = computeDTypes.find((dtype) => dtype === text);
  if (found) return found;
  throw new InvalidArgumentError(`"${text}" is none of ${computeDTypes.join(", ")}.`);
}

function defaultFolders(): string[] {
  const chosen = process.env.AUTOCIRCUIT_CONFORMANCE;
  if (chosen) return [chosen];
  const beside = fileURLToPath(new URL("../../../../shared/conformance", import.meta.url));
  return existsSync(beside) ? [FIXTURES, beside] : [FIXTURES];
}

await program.parseAsync();
