import { hookNames, Tensor } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { PatchableModel } from "./patchable-model.ts";

const length = 5;
const prompts = new PromptLoader(randomPairs(3, length), { batchSize: 3 });
const batch = prompts.batches[0]!;
const model = new PatchableModel({ transformer: tinyTransformer(), seqLen: length });
afterAll(() => {
  prompts[Symbol.dispose]();
  model.dispose();
});
const last = `blocks.${tinyConfig.layers - 1}.hook_resid_post`;
const { heads, dHead, dModel } = tinyConfig;

describe("activations", () => {
  it("are there for every hook point of the model, in its shape", async () => {
    using seen = await model.activations(batch.clean, hookNames(tinyConfig));
    expect(seen.names).toEqual(hookNames(tinyConfig));
    expect(seen.of("blocks.0.attn.hook_q").shape).toEqual([3, length, heads, dHead]);
    expect(seen.of("blocks.0.attn.hook_pattern").shape).toEqual([3, heads, length, length]);
    expect(seen.of("blocks.0.hook_resid_pre").shape).toEqual([3, length, dModel]);
    const pattern = await seen.of("blocks.1.attn.hook_pattern").sum(-1).data();
    for (const sum of pattern) expect(Number(sum)).toBeCloseTo(1, 5);
  });

  it("are given once, at the positions asked, and only by the names asked", async () => {
    using all = await model.activations(batch.clean, [last]);
    using some = await model.activations(batch.clean, [last, last], { positions: [4, 1] });
    expect(some.of(last).shape).toEqual([3, 2, dModel]);
    expect(await values(some.of(last).select(1, 1))).toEqual(await values(all.of(last).select(1, 1)));
    expect(() => some.of("blocks.0.hook_resid_pre")).toThrow(/was not asked for/);
  });

  it("of a pass with all edges ablated are those of the other prompts", async () => {
    using ablated = await model.ablations(batch.corrupt, "resample");
    const edges = new Float32Array(model.graph.edgeCount).fill(1);
    const names = ["blocks.1.attn.hook_pattern", "blocks.1.attn.hook_z"];
    using patched = await model.activations(batch.clean, names, { ablate: edges, ablation: ablated });
    using corrupt = await model.activations(batch.corrupt, names);
    for (const name of names)
      expect(maxDifference(await values(patched.of(name)), await values(corrupt.of(name)))).toBeLessThan(1e-5);
  });

  it("say what is wrong", async () => {
    await expect(model.activations(batch.clean, [])).rejects.toThrow(/name one hook point/);
    await expect(model.activations(batch.clean, ["blocks.0.attn.hook_patern"])).rejects.toThrow(
      /no hook point `blocks.0.attn.hook_patern`. Did you mean blocks.0.attn.hook_pattern/,
    );
    await expect(model.activations(batch.clean, [last], { positions: [9] })).rejects.toThrow(/has no position 9/);
    await expect(model.activations(batch.clean, [last], { ablate: [] })).rejects.toThrow(/`ablation`.*is missing/);
    using ablated = await model.ablations(batch.corrupt, "resample");
    await expect(
      model.activations(batch.clean, ["ln_final.hook_scale"], { ablate: [0], ablation: ablated }),
    ).rejects.toThrow(/read it without a patch/);
  });
});

describe("replaced values", () => {
  it("of a head at a position are the head's edges at that position, ablated", async () => {
    // What one head writes reaches everybody through all of its edges.
    const byToken = model.withGraph({ byToken: true });
    using ablated = await byToken.ablations(batch.corrupt, "resample");
    const edges = [...Array(byToken.graph.edgeCount).keys()].filter((index) => {
      const { src, token } = byToken.graph.edge(index);
      return src.name === "A0.1" && token === 2;
    });
    using expected = await byToken.forward(batch.clean, { ablate: edges, ablation: ablated });
    using corrupt = await model.activations(batch.corrupt, ["blocks.0.attn.hook_z"], { positions: [2] });
    const value = corrupt.of("blocks.0.attn.hook_z").slice(2, 1, 2);
    const replace = [{ hook: "blocks.0.attn.hook_z", value, positions: [2], heads: [1] }];
    using given = await model.forward(batch.clean, { replace });
    expect(maxDifference(await values(given.clone()), await values(expected))).toBeLessThan(1e-5);
    using plain = await model.forward(batch.clean);
    expect(maxDifference(await values(plain), await values(given))).toBeGreaterThan(1e-4);
  });

  it("do not go with a kept run, nor with gradients", async () => {
    using value = Tensor.zeros([1, length, dModel]);
    const replace = [{ hook: last, value }];
    using ablated = await model.ablations(batch.corrupt, "resample");
    const { run } = await model.run(batch.clean, { keepRun: true, logits: false });
    await expect(
      model.forward(batch.clean, {
        replace: [{ ...replace[0]!, hook: "blocks.0.attn.hook_z" }],
        ablate: [0],
        ablation: ablated,
        from: run,
      }),
    ).rejects.toThrow(/cannot begin at a kept run/);
    using mask = Tensor.zeros([model.graph.edgeCount]).requireGrad();
    const wanted = [{ hook: "blocks.0.attn.hook_z", value: Tensor.zeros([1, length, heads, dHead]) }];
    await expect(model.forward(batch.clean, { replace: wanted, ablate: mask, ablation: ablated })).rejects.toThrow(
      /no gradients/,
    );
    run!.dispose();
  });

  it("that are no numbers are named as the cause", async () => {
    using value = Tensor.full([1, length, dModel], Number.NaN);
    await expect(model.forward(batch.clean, { replace: [{ hook: last, value }] })).rejects.toThrow(
      new RegExp(`not numbers.*with ${last} replaced. The model alone gives numbers`),
    );
  });

  it("must fit", async () => {
    using value = Tensor.zeros([1, length, dModel + 1]);
    await expect(model.forward(batch.clean, { replace: [{ hook: last, value }] })).rejects.toThrow(
      /must be floating point \[3, 5, \d+\] \(or 1 for the batch\)/,
    );
  });
});
