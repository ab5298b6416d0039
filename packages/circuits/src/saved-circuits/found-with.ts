import type { AblationType } from "@autocircuit/core";
import { ablationTypes } from "@autocircuit/core/ablations";
import { isObject } from "../interchange/python-json.ts";
import type { SavedCircuit } from "./saved-circuit.ts";

/** What a circuit was found with, of what a file says: the name of the task, and options of its discovery. */
export function foundWith(task: unknown, options: unknown): Pick<SavedCircuit, "task" | "ablation" | "seed"> {
  const { ablation, seed } = isObject(options) ? options : {};
  return {
    task: typeof task === "string" ? task : undefined,
    ablation: ablationTypes.find((name): name is AblationType => name === ablation),
    seed: typeof seed === "number" ? seed : undefined,
  };
}
