import { counted } from "@autocircuit/base";
import type { SweepState } from "@autocircuit/sweep";
import { table } from "../support/table.ts";

/** What `--json` writes of how far a sweep is. */
export function stateJson({ failures, ...state }: SweepState, command: (unit: string) => string): object {
  return {
    ...state,
    failures: failures.map(({ unit: { hash, index, key, subject }, error }) => ({
      ...{ unit: hash, index, task: subject.task.key, algorithm: key, seed: subject.seed, ...error },
      command: command(hash),
    })),
  };
}

/** How far a sweep is, and why units failed, by kind. */
export function stateText(state: SweepState, command: (unit: string) => string): string {
  const { units, done, failed, missing, running, others, tasks } = state;
  const rows = tasks.map(({ task, units, done, failed }) => [task, units, done, failed, units - done - failed]);
  return [
    table(["task", "units", "done", "failed", "missing"], rows),
    `${counted(units, "unit")}: ${done} done, ${failed} failed, ${missing} missing${running > 0 ? `, ${running} in hand` : ""}`,
    ...(others > 0
      ? [
          `${counted(others, "result")} in the folder ${others === 1 ? "is of no unit of this plan, and is" : "are of no unit of this plan, and are"} left out`,
        ]
      : []),
    ...failuresText(state, command),
  ].join("\n");
}

/** Failures by kind: how many, one of them in full, and how to run it alone. */
function failuresText({ failures }: SweepState, command: (unit: string) => string): string[] {
  const kinds = [...new Set(failures.map(({ error }) => error.kind))];
  return kinds.flatMap((kind) => {
    const alike = failures.filter(({ error }) => error.kind === kind);
    const { unit, error } = alike[0]!;
    return [
      `failed, ${kind}: ${alike.length}, such as ${unit.key} on ${unit.subject.task.key}, seed ${unit.subject.seed}`,
      `  ${error.message.split("\n")[0]}`,
      `  alone: ${command(unit.hash)}`,
    ];
  });
}
