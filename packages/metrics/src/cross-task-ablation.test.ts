import { Circuit, PromptLoader } from "@autocircuit/core";
import { expect, it } from "vitest";
import { smallModel } from "../test/small-model.ts";
import { crossTaskAblation } from "./cross-task-ablation.ts";

it("refuses two tasks of one name", async () => {
  const model = smallModel();
  const pair = { clean: [0, 1, 2], corrupt: [1, 1, 2], answers: [0], wrongAnswers: [1] };
  const prompts = new PromptLoader([pair, { ...pair, clean: [3, 1, 2] }], { batchSize: 2 });
  const part = (name: string) => ({ name, prompts, circuit: Circuit.of(model.graph, [0]) });
  await expect(crossTaskAblation(model, [part("one"), part("two"), part("one")])).rejects.toThrow(
    /two tasks are called "one"/,
  );
  expect((await crossTaskAblation(model, [part("one"), part("two")])).names).toEqual(["one", "two"]);
});
