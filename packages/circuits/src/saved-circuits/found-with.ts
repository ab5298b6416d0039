import type { AblationType } from "@autocircuit/core";
import { ablationTypes } from "@autocircuit/core/ablations";
import { isObject } from "../interchange/python-json.ts";
import type { SavedCircuit } from "./saved-circuit.ts";

/** What a circuit was found with, of what a file says: the names of task and model, and options of its discovery. */
export function foundWith(said: {
  readonly task?: unknown;
  readonly model?: unknown;
  readonly options?: unknown;
}): Pick<SavedCircuit, "task" | "model" | "ablation" | "seed"> {
  const { task, model, options } = said;
  const { ablation, seed } = isObject(options) ? options : {};
  return {
    task: typeof task === "string" ? task : undefined,
    model: typeof model === "string" ? model : undefined,
    ablation: ablationTypes.find((name): name is AblationType => name === ablation),
    seed: typeof seed === "number" ? seed : undefined,
  };
}
