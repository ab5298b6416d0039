import { AutocircuitError } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { namingStep } from "./naming-step.ts";

const failing = (error: unknown) => () => Promise.reject(error);
const notFinite = new AutocircuitError("not-finite", "The loss is NaN.");

describe("a step of training", () => {
  it("gives what its work gives", async () => {
    expect(await namingStep({ step: 0, total: 1, batchCount: 1 }, async () => 7)).toBe(7);
  });

  it("is named by numbers that are none, with epoch and batch", async () => {
    const named = namingStep({ step: 5, total: 8, batchCount: 4 }, failing(notFinite));
    await expect(named).rejects.toMatchObject({
      ...{ code: "not-finite", cause: notFinite },
      message: "Training, step 6 of 8 (epoch 2, batch 1): The loss is NaN.",
    });
    const after = namingStep({ step: 8, total: 8, batchCount: 4 }, failing(notFinite));
    await expect(after).rejects.toThrow("Training, after step 8 of 8: The loss is NaN.");
  });

  it("is named where the engine is given such numbers", async () => {
    const refused = new AutocircuitError("bad-input", "block 0 has `encode` with numbers that are not finite.");
    await expect(namingStep({ step: 0, total: 2, batchCount: 1 }, failing(refused))).rejects.toMatchObject({
      ...{ code: "not-finite", message: expect.stringMatching(/^Training, step 1 of 2 .*not finite/) },
    });
  });

  it("leaves other errors as they are", async () => {
    for (const error of [new AutocircuitError("aborted", "Aborted."), new TypeError("x is not finite")])
      await expect(namingStep({ step: 0, total: 1, batchCount: 1 }, failing(error))).rejects.toBe(error);
  });
});
