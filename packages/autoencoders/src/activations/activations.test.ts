import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { noNormalisation as normalisation } from "../normalisations/normalisation.ts";
import { whyNoSources } from "../why-no-sources.ts";
import { absTopK } from "./abs-top-k.ts";
import type { Activation } from "./activation.ts";
import { gated } from "./gated.ts";
import { groupMax } from "./group-max.ts";
import { identity } from "./identity.ts";
import { jumpRelu } from "./jump-relu.ts";
import { topK } from "./top-k.ts";

const latents = (activation: Activation, rows: number[][]) => activation.apply(Tensor.from(rows)).toArray();

describe("top-k", () => {
  it("keeps exactly k, the first of equal ones", async () => {
    expect(await latents(topK(2, true), [[1, 3, 3, 3]])).toEqual([[0, 3, 3, 0]]);
    expect(await latents(topK(3, true), [[5, 2, 2, 2, 9]])).toEqual([[5, 2, 0, 0, 9]]);
  });
  it("drops or keeps negative values as it was told", async () => {
    expect(await latents(topK(2, true), [[-1, -2, 3]])).toEqual([[0, 0, 3]]);
    expect(await latents(topK(2, false), [[-1, -2, 3]])).toEqual([[-1, 0, 3]]);
  });
  it("keeps every row's own", async () => {
    expect(
      await latents(topK(1, true), [
        [1, 2],
        [4, 3],
      ]),
    ).toEqual([
      [0, 2],
      [4, 0],
    ]);
  });
  it("by distance from 0 keeps signs", async () => {
    expect(await latents(absTopK(2), [[-5, 1, 2, -0.5]])).toEqual([[-5, 0, 2, 0]]);
  });
});

describe("JumpReLU", () => {
  const threshold = Tensor.from([0.5, 0.5, -2]);
  it("is strictly greater, and rectified or not", async () => {
    expect(await latents(jumpRelu(threshold, true), [[0.5, 0.75, -1]])).toEqual([[0, 0.75, 0]]);
    expect(await latents(jumpRelu(threshold, false), [[0.5, 0.75, -1]])).toEqual([[0, 0.75, -1]]);
  });
  it("takes one threshold for all", async () => {
    expect(await latents(jumpRelu(Tensor.full([], 1), true), [[1, 2, 0.5]])).toEqual([[0, 2, 0]]);
  });
});

describe("gated", () => {
  it("is closed where its gate is 0, whatever the size", async () => {
    const activation = gated(Tensor.from([-1, -1, 0]), Tensor.from([0, 0, 0.5]), Tensor.from([Math.log(2), 0, 0]));
    expect(await latents(activation, [[2, 1, 1]])).toEqual([[4, 0, 1.5]]);
  });
});

describe("group max", () => {
  it("keeps the first largest of each group, and none that is not positive", async () => {
    expect(await latents(groupMax(2), [[1, 3, 3, -1, -2, -3]])).toEqual([[0, 3, 0, 0, 0, 0]]);
    expect(await latents(groupMax(3), [[1, 2, 5, 5, 0, 4]])).toEqual([[0, 2, 5, 0, 0, 4]]);
  });
});

describe("activations whose latents are no sources", () => {
  it.each([
    [groupMax(2), /groupmax: of each group of latents it keeps the largest alone/],
    [topK(2, false), /topk: without a ReLU latents may be negative where fewer than k are above 0/],
    [absTopK(2), /abstopk: its latents may be negative/],
    [identity, /identity: without a ReLU latents may be negative/],
    [jumpRelu(Tensor.from([-1]), false), /jumprelu: thresholds below 0 let negative latents through/],
  ] as const)("say why: %o", (activation, why) => {
    expect(activation.asThreshold).toBeUndefined();
    expect(whyNoSources({ activation, normalisation })).toMatch(why);
  });
});
