import type { Command } from "commander";
import type { Context } from "../context.ts";
import { table } from "../support/table.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";

/** `autocircuit tasks`. */
export function addTasks(program: Command, { print }: Context): void {
  program
    .command("tasks")
    .description("list the ready-made tasks")
    .option("--json <file>", "also write the list as JSON")
    .addHelpText("after", "\nExamples:\n  autocircuit tasks\n  autocircuit tasks --json tasks.json")
    .action(async ({ json }: { json?: string }) => {
      requireWritable(json);
      const { tasks } = await import("@autocircuit/circuits");
      const list = Object.values(tasks).map(({ name, description, circuits }) => ({
        name,
        description,
        circuits: Object.keys(circuits),
      }));
      print(
        table(
          ["task", "what the model does", "known circuits"],
          list.map((task) => [task.name, task.description, task.circuits.join(", ")]),
        ),
      );
      if (json) await writeJson(json, { tasks: list });
    });
}
