import { describe, expect, it } from "vitest";
import { tasks, tracrTasks } from "../tasks/registry.ts";
import type { ReadyTaskOptions } from "./ready-task.ts";
import { readyTaskProblem } from "./ready-task-problem.ts";

describe("what a ready-made task does not take", () => {
  it.each<[string, ReadyTaskOptions, RegExp]>([
    ["tracr-reverse", { model: "/no/model" }, /has its own model, which is compiled: leave `model` out/],
    ["tracr-hist", { autoencoders: "/no/saes" }, /no sparse autoencoders: leave `autoencoders` out/],
    ["tracr-hist", { maxLatents: 3 }, /leave `maxLatents` out/],
    ["tracr-sort", { sharePrefix: true }, /no prefix is cut off: leave `sharePrefix` out/],
    ["tracr-sort", { skipUnfit: true }, /makes prompts that fit: `skipUnfit` is for `prompts` in their place/],
    ["ioi-component", { positions: [1] }, /from its prompts: leave `positions` out/],
  ])("is refused, by its loader and by who asks before: %s, %j", async (name, options, problem) => {
    const task = tasks[name]!;
    await expect(task.load(options)).rejects.toThrow(problem);
    expect(readyTaskProblem(task, options)).toMatch(problem);
  });

  it("is nothing where a task is as it comes", () => {
    for (const task of Object.values(tasks)) expect(readyTaskProblem(task, {})).toBeUndefined();
    expect(readyTaskProblem(tasks["ioi-component"]!, { model: "m", sharePrefix: true })).toBeUndefined();
    expect(readyTaskProblem(tasks["tracr-reverse"]!, { positions: [1], sharePrefix: false })).toBeUndefined();
  });

  it("depends on whether its model is compiled, which it says itself", () => {
    const compiled = Object.values(tasks).filter((task) => task.compiled);
    expect(compiled.map(({ name }) => name)).toEqual(Object.keys(tracrTasks));
  });
});
