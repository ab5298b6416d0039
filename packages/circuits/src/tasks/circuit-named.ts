import { AutocircuitError } from "@autocircuit/base";
import type { KnownCircuit } from "./ready-task.ts";

/** A task's circuit by name; the first without one. @throws AutocircuitError `unknown-name`, listing what there is */
export function circuitNamed(
  task: string,
  circuits: Readonly<Record<string, KnownCircuit>>,
  name?: string,
): KnownCircuit {
  const names = Object.keys(circuits);
  const wanted = name ?? names[0]!;
  if (Object.hasOwn(circuits, wanted)) return circuits[wanted]!;
  throw new AutocircuitError("unknown-name", `${task} has no circuit "${name}". It has: ${names.join(", ")}.`);
}
