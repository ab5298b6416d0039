import { klOfLogprobs, logprob } from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { Divergence } from "./divergence.ts";

/** Two prompts, two positions, three tokens. */
const full = Tensor.from([
  [
    [1, 2, 3],
    [0, 0, 1],
  ],
  [
    [2, 0, 0],
    [5, 4, 4],
  ],
]);
const other = full.mul(0.5).add(Tensor.from([0, 1, 0]));

describe("Divergence", () => {
  test("KL divergence is that of the metrics, circuit by circuit", async () => {
    using divergence = new Divergence(full, "kl_div");
    const values = Array.from(await divergence.of(Tensor.cat([full, other, full]), 3).data(), Number);
    const expected = await klOfLogprobs(logprob(full), logprob(other)).mean().item();
    expect(expected).toBeGreaterThan(0.01);
    expect(values).toEqual([0, expect.closeTo(expected, 6), 0]);
  });

  test("mean squared error by hand, without positions", async () => {
    using divergence = new Divergence(Tensor.from([[1, 2]]), "mse");
    const values = await divergence
      .of(
        Tensor.from([
          [1, 4],
          [1, 2],
          [0, 2],
        ]),
        3,
      )
      .toArray();
    expect(values).toEqual([2, 0, 0.5]);
  });
});
