import { klOfLogprobs, logprob } from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { Divergence } from "./divergence.ts";

describe("Divergence", () => {
  test("KL divergence is that of the metrics, circuit by circuit", async () => {
    const { model, prompts } = randomTask({ dtype: "float64" });
    const { clean, corrupt } = prompts.batches[0]!;
    const full = await model.forward(clean);
    const other = await model.forward(corrupt);
    using divergence = new Divergence(full, "kl-div");
    const result = await model.run(Tensor.cat([clean.ids, corrupt.ids, clean.ids]), {
      ...divergence.request,
      positions: [clean.seqLen - 1],
    });
    expect(result.logits).toBeUndefined();
    const values = Array.from(await divergence.of(result, 3).data(), Number);
    const expected = await klOfLogprobs(logprob(full), logprob(other)).mean().item();
    expect(expected).toBeGreaterThan(0.01);
    expect(values).toEqual([expect.closeTo(0, 14), expect.closeTo(expected, 10), expect.closeTo(0, 14)]);
    model.dispose();
  });

  test("mean squared error by hand, without positions", async () => {
    using divergence = new Divergence(Tensor.from([[1, 2]]), "mean-squared-error");
    expect(divergence.request).toEqual({ logits: true });
    const logits = Tensor.from([
      [1, 4],
      [1, 2],
      [0, 2],
    ]);
    expect(await divergence.of({ logits }, 3).toArray()).toEqual([2, 0, 0.5]);
  });
});
