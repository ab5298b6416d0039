import type { Command } from "commander";
import type { Context } from "../context.ts";
import { wholeNumber } from "../support/parse-options.ts";

/** `autocircuit setup`. */
export function addSetup(program: Command, { print, signal }: Context): void {
  program
    .command("setup")
    .description("bring what runs need: LibTorch, found or fetched into the user's cache, and the native addon")
    .option("--from-source", "compile the addon, although a prebuilt one would do")
    .option("--jobs <n>", "compilers at once (default: one per core, fewer where memory is short)", wholeNumber(1))
    .addHelpText(
      "after",
      `
Examples:
  autocircuit setup
  AUTOCIRCUIT_LIBTORCH=/opt/libtorch autocircuit setup --from-source`,
    )
    .action(async ({ fromSource, jobs }: { fromSource?: boolean; jobs?: number }) => {
      const { build } = await import("@autocircuit/native/toolchain");
      const { origin, output, libtorch, seconds } = await build({ fromSource, jobs, onLine: print, signal });
      print(`LibTorch ${libtorch.build}: ${libtorch.path}`);
      print(`addon ${origin ?? "current"}: ${output}`);
      print(`ready in ${seconds.toFixed(1)} s`);
    });
}
