import { expect, it } from "vitest";
import { smallPlan, unitsOf } from "../../test/small-sweep.ts";
import { planOfQueue, queueName } from "./queue-name.ts";

it("a plan's queue is that of its name and units: the same on every machine, and another one once it is edited", async () => {
  const units = await unitsOf();
  const name = queueName("sweep", units);
  expect(name).toMatch(/^autocircuit-sweep-sweep-[0-9a-f]{12}$/);
  expect(queueName("sweep", (await unitsOf()).toReversed())).toBe(name);
  const edited = await unitsOf({ ...smallPlan, seeds: [0] });
  const names = [
    name,
    queueName("sweep", edited),
    queueName("日本", units),
    queueName("中国", units),
    queueName("a:b", units),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(names[2]).toMatch(/^autocircuit-sweep-日本-/);
  expect(names[4]).toMatch(/^autocircuit-sweep-a-b-/);
  expect(queueName("e\u0301", units)).toBe(queueName("\u00e9", units));
  expect(queueName("x".repeat(500), units)).toHaveLength("autocircuit-sweep--".length + 60 + 12);
});

it("editions of a plan are known as such; a name that somebody chose has none", async () => {
  const units = await unitsOf({ ...smallPlan, seeds: [0] });
  expect(planOfQueue(queueName("日本 x", units))).toBe("autocircuit-sweep-日本-x");
  expect(planOfQueue("mine")).toBeUndefined();
});
