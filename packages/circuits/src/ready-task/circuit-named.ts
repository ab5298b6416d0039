import { AutocircuitError } from "@autocircuit/base";
import type { KnownCircuit } from "./ready-task.ts";

/** A task's circuit by name; the first without one, undefined where none is known. @throws AutocircuitError `unknown-name`, listing what there is */
export function circuitNamed(
  task: string,
  circuits: Readonly<Record<string, KnownCircuit>>,
  name?: string,
): KnownCircuit | undefined {
  const names = Object.keys(circuits);
  if (names.length === 0 && name === undefined) return undefined;
  const wanted = name ?? names[0]!;
  if (Object.hasOwn(circuits, wanted)) return circuits[wanted]!;
  throw new AutocircuitError(
    "unknown-name",
    `${task} has no circuit "${name}". ${names.length > 0 ? `It has: ${names.join(", ")}` : "No circuit of it is known"}.`,
  );
}
