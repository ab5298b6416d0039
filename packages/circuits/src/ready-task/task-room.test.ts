import { estimateMemory, readConfig } from "@autocircuit/models";
import { type ComputeDType, setThreads } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyGpt2 } from "../../test/tiny-gpt2.ts";
import { tasks } from "../tasks/registry.ts";
import { ownTask } from "./own-task.ts";

await setThreads(1);

const names = {
  prompts: [0, 1, 2, 3].map((i) => ({ clean: [i, 5], corrupt: [i, 6], answers: [7], wrong_answers: [8] })),
};

describe.each(["a ready-made task", "one's own"])("the model of %s", (kind) => {
  const load = (model: string, options: { free?: number; dtype?: ComputeDType }) =>
    kind === "one's own" ? ownTask(model, names, options) : tasks["ioi-component"]!.load({ model, ...options });

  it("is refused where it has no room, in the type that it is to compute in", async () => {
    using model = await tinyGpt2({ layers: 2 });
    const { weights: free } = estimateMemory(await readConfig(model.folder), 1, 1);
    await expect(load(model.folder, { free: 1 })).rejects.toMatchObject({ code: "out-of-memory" });
    await expect(load(model.folder, { free: free - 1 })).rejects.toThrow(
      /^Not enough memory: the model takes about .* are free\. Take a smaller model.*give `free: Infinity`\.$/,
    );
    await using fitting = await load(model.folder, { free });
    expect(fitting.model.computeDtype).toBe("float32");
    await expect(load(model.folder, { free, dtype: "float64" })).rejects.toMatchObject({ code: "out-of-memory" });
    await using tried = await load(model.folder, { free: Number.POSITIVE_INFINITY, dtype: "float64" });
    expect(tried.model.computeDtype).toBe("float64");
  });
});

it("a type that nothing computes in is refused by its own name, not for want of room", async () => {
  using model = await tinyGpt2({ layers: 2 });
  await expect(ownTask(model.folder, names, { dtype: "int64" })).rejects.toThrow(/int64/);
});
