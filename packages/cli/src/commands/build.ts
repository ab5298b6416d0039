import type { Command } from "commander";
import type { Context } from "../context.ts";
import { wholeNumber } from "../support/parse-options.ts";

/** `autocircuit build`. */
export function addBuild(program: Command, { print, signal }: Context): void {
  program
    .command("build")
    .description("build the native addon against the LibTorch that is found, unless the one that is there is current")
    .option("--force", "build from scratch")
    .option("--jobs <n>", "compilers at once (default: one per core, fewer where memory is short)", wholeNumber(1))
    .addHelpText(
      "after",
      "\nExamples:\n  autocircuit build\n  AUTOCIRCUIT_LIBTORCH=/opt/libtorch autocircuit build --force --jobs 2",
    )
    .action(async (options: { force?: boolean; jobs?: number }) => {
      const { build } = await import("@autocircuit/native/toolchain");
      const result = await build({ ...options, onLine: print, signal });
      print(
        `${result.built ? `built in ${result.seconds.toFixed(0)} s` : "current"}: ${result.output} (LibTorch ${result.libtorch.build})`,
      );
    });
}
