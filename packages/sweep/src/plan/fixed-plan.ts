import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { SweepPlan, SweepTask } from "./plan.ts";
import type { ReadPlan } from "./read-plan.ts";

/** A plan that means the same wherever its file lies: its paths are absolute. Its units are those of the plan, with the same numbers. */
export function fixedPlan({ plan, folder, name }: ReadPlan): SweepPlan {
  const at = (path: string) => resolve(folder, path);
  const tasks = plan.tasks.map((task): string | SweepTask => {
    if (typeof task === "string") return task;
    const { model, prompts, autoencoders } = task;
    return {
      ...task,
      ...(model !== undefined && { model: existsSync(at(model)) ? at(model) : model }),
      ...(prompts !== undefined && { prompts: [prompts].flat().map(at) }),
      ...(autoencoders !== undefined && { autoencoders: [autoencoders].flat().map(at) }),
    };
  });
  return { ...plan, name, tasks };
}
