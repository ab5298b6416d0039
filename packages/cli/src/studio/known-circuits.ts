import { circuitsInGraph } from "@autocircuit/circuits";
import type { LoadedTask } from "@autocircuit/core";
import type { GivenSet } from "@autocircuit/studio";
import type { Subject } from "../discover/subject.ts";

/** The task's published and compiled circuits that fit the model; none for a model of another shape. */
export function knownCircuits(subject: Subject, task: LoadedTask): GivenSet[] {
  return circuitsInGraph(subject, task).map(({ name, description, origin, circuit }) => {
    return { name, origin: `${description}; ${origin}`, of: circuit, isKnownCircuit: true };
  });
}
