import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { algorithmEntries } from "./algorithm-entries.ts";
import { expandPlan } from "./expand-plan.ts";
import { readPlan } from "./read-plan.ts";
import { taskEntries } from "./task-entries.ts";

const at = (name: string) => fileURLToPath(new URL(`../../../../sweeps/${name}.yaml`, import.meta.url));

it("the plan of compiled transformers has 216 units, each another one", async () => {
  const units = await expandPlan(await readPlan(at("compiled")));
  expect(units).toHaveLength(216);
  expect(new Set(units.map(({ hash }) => hash)).size).toBe(216);
});

// Their models are not at hand: names are looked up, files are not.
it.each([
  ["autocircuit-paper", 7, 21],
  ["mib", 4, 7],
])("the plan %s names tasks and algorithms that there are", async (name, tasks, algorithms) => {
  const { plan } = await readPlan(at(name));
  expect(taskEntries(plan.tasks)).toHaveLength(tasks);
  expect(algorithmEntries(plan.algorithms)).toHaveLength(algorithms);
});
