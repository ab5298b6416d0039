import { circuitNamed, tasks as readyTasks } from "@autocircuit/circuits";
import type { AblationType } from "@autocircuit/core";
import { ablationFor, optionOf } from "@autocircuit/discovery";
import type { TaskEntry } from "./task-entries.ts";
import type { SweepUnit } from "./unit.ts";

/** What of a unit decides what its edges are ablated with. */
type UnitAblation = Pick<SweepUnit, "algorithm" | "options" | "measure">;

/**
 * The task of a unit with the known circuit that fits what its edges are ablated with, as a discovery compares with it, where the plan names none. It
 * stands in the task only where it is another than the usual one, so that it is part of the unit's hash there.
 */
export function withFittingCircuit(entry: TaskEntry, unit: UnitAblation): TaskEntry {
  if (entry.task === undefined || entry.knownCircuit !== undefined) return entry;
  const ready = readyTasks[entry.task]!;
  const fitting = circuitNamed(ready, { ablation: ablationOf(unit) })?.name;
  return fitting === undefined || fitting === circuitNamed(ready)?.name ? entry : { ...entry, knownCircuit: fitting };
}

/** What ablated edges take while edges are scored; of algorithms that ablate none, while circuits are measured, where that is one kind. */
function ablationOf({ algorithm, options, measure: { ablations = [] } }: UnitAblation): AblationType | undefined {
  if (optionOf(algorithm, "ablation") !== undefined) return ablationFor(algorithm, options);
  return ablations.length === 1 ? ablations[0] : undefined;
}
