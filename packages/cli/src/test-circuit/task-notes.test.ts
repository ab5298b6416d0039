import { expect, it } from "vitest";
import { taskNotes } from "./task-notes.ts";

const means = { full: 2, circuit: 1.5, without: 0.5, ablated: 0.1 };
const tested = { score: "logit-diff", prompts: 12, distinct: 12, means } as const;

it("says nothing of prompts that all differ, on which ablation takes from the score", () => {
  expect(taskNotes(tested)).toEqual([]);
});

it("says how many prompts are distinct", () => {
  expect(taskNotes({ ...tested, distinct: 4 })).toEqual([
    "of the 12 prompts 4 are distinct: the tests count each once.",
  ]);
});

it("says where the model does worse than with every edge ablated", () => {
  expect(taskNotes({ ...tested, means: { ...means, ablated: 3 } })).toEqual([
    expect.stringMatching(
      /^the model's logit-diff of 2 is below the 3 with every edge ablated: it does not do this task/,
    ),
  ]);
});
