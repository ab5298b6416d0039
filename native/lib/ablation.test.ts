import { expect, it } from "vitest";
import { Ablation } from "./ablation.ts";
import { Tensor } from "./tensor.ts";

it("keeps the first position with values, one for all examples or one for each", () => {
  for (const firstPositions of [[0], [3], [1, 0]]) {
    using ablation = new Ablation(Tensor.zeros([5, 2, 4, 3]), { firstPositions });
    expect(ablation.firstPositions).toEqual(firstPositions);
  }
  using everywhere = new Ablation(Tensor.zeros([5, 2, 4, 3]));
  expect(everywhere.firstPositions).toBeUndefined();
});

it("refuses first positions of other examples or other positions", () => {
  using sources = Tensor.zeros([5, 2, 4, 3]);
  for (const firstPositions of [[], [0, 0, 0], [4], [0, 7]])
    expect(() => new Ablation(sources, { firstPositions })).toThrow(
      `\`firstPositions\` of an ablation of [5, 2, 4, 3] must be one position below 4, or one for each of 2 examples, got [${firstPositions.join(", ")}].`,
    );
  expect(() => new Ablation(sources, { firstPositions: [-1] })).toThrow(/Ablation: `firstPositions`/);
});

it("refuses sources of another shape or type", () => {
  using flat = Tensor.zeros([5, 4, 3]);
  using whole = Tensor.zeros([5, 2, 4, 3], { dtype: "int64" });
  expect(() => new Ablation(flat)).toThrow("[sources, batch or 1, positions, dModel], got [5, 4, 3]");
  expect(() => new Ablation(whole)).toThrow("needs floating point sources, got int64");
});
