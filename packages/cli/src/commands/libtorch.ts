import type { Command } from "commander";
import type { Context } from "../context.ts";

/** `autocircuit libtorch where|install`. */
export function addLibtorch(program: Command, { print }: Context): void {
  const libtorch = program
    .command("libtorch")
    .description("find or fetch the LibTorch that the addon is built against");
  libtorch
    .command("where")
    .description("say which LibTorch would be used, and where it was looked for")
    .option(
      "--variant <kind>",
      "cpu, or cu130 for CUDA 13.0 (default: AUTOCIRCUIT_LIBTORCH_KIND, else whatever there is)",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  autocircuit libtorch where\n  AUTOCIRCUIT_LIBTORCH=/opt/libtorch autocircuit libtorch where",
    )
    .action(async (options: { variant?: string }) => {
      const { findLibTorch } = await import("@autocircuit/native/toolchain");
      const { libtorch: found, looked } = await findLibTorch(options);
      for (const { place, why } of looked) print(`looked at ${place}: ${why}`);
      if (!found) throw new Error("No LibTorch was found. Fetch one: autocircuit libtorch install");
      print(
        `${found.path}\n  LibTorch ${found.build}, ${found.kind}${found.cuda ? ` ${found.cuda}` : ""}, found by ${found.foundBy}`,
      );
    });
  libtorch
    .command("install")
    .description("fetch LibTorch into the user's cache, unless there is one already")
    .option("--variant <kind>", "cpu, or cu130 for CUDA 13.0")
    .addHelpText("after", "\nExamples:\n  autocircuit libtorch install\n  autocircuit libtorch install --variant cu130")
    .action(async (options: { variant?: string }) => {
      const { ensureLibTorch } = await import("@autocircuit/native/toolchain");
      const found = await ensureLibTorch({ ...options, onLine: print });
      print(`${found.path}\n  LibTorch ${found.build}, found by ${found.foundBy}`);
    });
}
