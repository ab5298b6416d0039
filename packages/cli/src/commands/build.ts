import type { Command } from "commander";
import type { Context } from "../context.ts";
import { wholeNumber } from "../support/parse-options.ts";
import { UsageError } from "../support/usage-error.ts";

interface BuildCommandOptions {
  force?: boolean;
  jobs?: number;
  cuda?: boolean;
  libtorch?: string;
  torch?: string;
  arch?: string[];
}

/** `autocircuit build`. */
export function addBuild(program: Command, context: Context): void {
  program
    .command("build")
    .description("build the native addon, or with --cuda the library of CUDA kernels, unless what is there is current")
    .option("--force", "build from scratch")
    .option("--jobs <n>", "compilers at once (default: one per core, fewer where memory is short)", wholeNumber(1))
    .optionsGroup("CUDA kernels:")
    .option("--cuda", "build the library of CUDA kernels alone, with the machine's nvcc; needs no GPU")
    .option("--libtorch <folder>", "CUDA LibTorch to build against (default: the one that is found, else fetched)")
    .option("--torch <version>", "release of the CUDA LibTorch that is found or fetched, such as 2.14.1")
    .option(
      "--arch <name>",
      "GPU architecture, as often as needed: 80 (A100), 90 (H100), ... (default: those of the machine's GPUs, else 80 and 90)",
      (name: string, before: string[] = []) => [...before, name],
    )
    .addHelpText(
      "after",
      `
Examples:
  autocircuit build
  AUTOCIRCUIT_LIBTORCH=/opt/libtorch autocircuit build --force --jobs 2
  autocircuit build --cuda
  autocircuit build --cuda --libtorch /opt/libtorch-cu130 --arch 80 --arch 90`,
    )
    .action((options: BuildCommandOptions) =>
      options.cuda ? buildKernels(options, context) : buildAddon(options, context),
    );
}

async function buildAddon(options: BuildCommandOptions, { print, signal }: Context): Promise<void> {
  const { force, jobs, libtorch, torch, arch } = options;
  const foreign = Object.entries({ libtorch, torch, arch }).find(([, value]) => value !== undefined);
  if (foreign) throw new UsageError(`--${foreign[0]} is for the CUDA kernels: give --cuda too.`);
  const { build } = await import("@autocircuit/native/toolchain");
  const result = await build({ force, jobs, onLine: print, signal });
  print(
    `${result.built ? `built in ${result.seconds.toFixed(0)} s` : "current"}: ${result.output} (LibTorch ${result.libtorch.build})`,
  );
}

async function buildKernels(options: BuildCommandOptions, { print, signal }: Context): Promise<void> {
  const { force, jobs, libtorch, torch, arch } = options;
  const { buildCuda } = await import("@autocircuit/native/toolchain");
  const { built, seconds, output, stamp } = await buildCuda({
    ...{ force, jobs, libtorch, torch, architectures: arch },
    ...{ onLine: print, signal },
  });
  const made = `LibTorch ${stamp.libtorch.build}, CUDA ${stamp.cuda}, architectures ${stamp.architectures.join(", ")}`;
  print(`${built ? `built in ${seconds.toFixed(0)} s` : "current"}: ${output} (${made})`);
}
