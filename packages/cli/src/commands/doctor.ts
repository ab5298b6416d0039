import type { Command } from "commander";
import type { Context } from "../context.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";

const MARKS = { ok: "ok  ", warn: "warn", problem: "FAIL" } as const;

/** `autocircuit doctor`. Works without the addon: it says why there is none. */
export function addDoctor(program: Command, { print }: Context): void {
  program
    .command("doctor")
    .description(
      "say whether everything needed is here: Node, LibTorch, the addon, compilers, memory; and what to do if not",
    )
    .option("--json [file]", "the report as JSON, to a file or to the screen")
    .addHelpText(
      "after",
      "\nExamples:\n  autocircuit doctor\n  autocircuit doctor --json\n  autocircuit doctor --json doctor.json",
    )
    .action(async ({ json }: { json?: string | true }) => {
      const file = typeof json === "string" ? json : undefined;
      requireWritable(file);
      const { doctorReport } = await import("@autocircuit/native/toolchain");
      const report = await doctorReport();
      if (json === true) print(JSON.stringify(report, null, 2));
      else {
        const width = Math.max(...report.checks.map(({ name }) => name.length));
        for (const { name, status, detail, fix } of report.checks)
          print(
            `${MARKS[status]}  ${name.padEnd(width)}  ${detail}${fix ? `\n${" ".repeat(width + 8)}do: ${fix}` : ""}`,
          );
      }
      if (file) await writeJson(file, report);
      if (!report.ok) throw new Error("AutoCircuit cannot run here yet; the report says what to do.");
    });
}
