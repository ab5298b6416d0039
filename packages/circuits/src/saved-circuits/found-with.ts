import type { AblationType } from "@autocircuit/core";
import { ablationTypes } from "@autocircuit/core/ablations";
import { isObject } from "../interchange/python-json.ts";
import type { SavedCircuit } from "./saved-circuit.ts";

/** What a circuit was found with, of what a file says: the names of task and model, what tells its weights, and options of its discovery. */
export function foundWith(said: {
  readonly task?: unknown;
  readonly model?: unknown;
  readonly fingerprint?: unknown;
  readonly options?: unknown;
}): Pick<SavedCircuit, "task" | "model" | "fingerprint" | "ablation" | "seed"> {
  const { task, model, fingerprint, options } = said;
  const { ablation, seed } = isObject(options) ? options : {};
  return {
    task: typeof task === "string" ? task : undefined,
    model: typeof model === "string" ? model : undefined,
    fingerprint: typeof fingerprint === "string" ? fingerprint : undefined,
    ablation: ablationTypes.find((name): name is AblationType => name === ablation),
    seed: typeof seed === "number" ? seed : undefined,
  };
}
