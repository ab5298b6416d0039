import { AutocircuitError, kind, signature, suggest } from "@autocircuit/base";
import { type AblationType, coreKinds } from "@autocircuit/core";
import type { KnownCircuit, ReadyTask } from "./ready-task.ts";

/** A known circuit of a task, and what the task calls it. */
export interface KnownCircuitByName {
  readonly name: string;
  readonly circuit: KnownCircuit;
}

/** Which of a task's known circuits is meant. */
export interface CircuitNamedOptions {
  /** Its name. Default: the one that the ablation fits, else the first. */
  readonly knownCircuit?: string | undefined;
  /** What edges outside of circuits take. */
  readonly ablation?: AblationType | undefined;
}

/** The circuit with which zero ablation is compared: it needs more edges than resampling does. */
const FOR_ZERO = "acdc";

const check = signature(
  "circuitNamed",
  { task: kind.having("a task with `name` and `circuits`", "name", "circuits") },
  { knownCircuit: kind.text, ablation: coreKinds.ablationName },
);

/**
 * The known circuit of a task that a discovery is compared with: the one that is named; with zero ablation the one called `acdc`, where there is
 * one, as it has the edges that matter only then; else the first.
 *
 * @returns undefined where none is known and none was asked for
 * @throws AutocircuitError `unknown-name`, listing what there is
 * @example
 * const { name, circuit } = circuitNamed(tasks["tracr-reverse"]!, { ablation: "zero" })!;
 * console.log(name, circuit.origin);
 */
export function circuitNamed(
  task: Pick<ReadyTask, "name" | "circuits">,
  options: CircuitNamedOptions = {},
): KnownCircuitByName | undefined {
  check({ task }, options);
  const { knownCircuit: asked, ablation } = options;
  const names = Object.keys(task.circuits);
  const usual = ablation === "zero" && names.includes(FOR_ZERO) ? FOR_ZERO : names[0];
  const name = asked ?? usual;
  if (name === undefined) return undefined;
  if (Object.hasOwn(task.circuits, name)) return { name, circuit: task.circuits[name]! };
  throw new AutocircuitError(
    "unknown-name",
    names.length > 0
      ? `${task.name} has no circuit "${name}". ${suggest(name, names)}`
      : `\`knownCircuit: "${name}"\`: no circuit is known for ${task.name}. Leave it out.`,
  );
}
