import type { BlockAutoencoder } from "@autocircuit/native";
import { scope, Tensor } from "@autocircuit/native";
import { afterAll, expect, it } from "vitest";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { PatchableModel } from "./patchable-model.ts";

const layers = 3;
const prompts = new PromptLoader(randomPairs(3, 5), { batchSize: 3 });
const { clean } = prompts.batches[0]!;
const plain = new PatchableModel({
  transformer: tinyTransformer({ layers }, 1, { dtype: "float64" }),
  outputSlice: "none",
});
const given = tinyAutoencoders(
  { ...tinyConfig, layers },
  { input: "mlp_in", crossLayers: true, counts: [9, 6, 7], errors: true },
);
const model = plain.withAutoencoders(given);
afterAll(() => {
  prompts[Symbol.dispose]();
  model.dispose();
  plain.dispose();
});

/** What a latent of block 0 adds to the stream that readers of a block read, [B, P, dModel]: to the MLP outputs of all blocks before that. */
async function written(latent: number, readingBlock: number): Promise<Tensor> {
  const { decode, decodeLater } = given.blocks[0] as BlockAutoencoder;
  const decoders = [decode, ...decodeLater!].slice(0, readingBlock).map((decoder) => decoder.select(0, latent));
  const [activations] = await model.latents(clean);
  return activations!.slice(2, latent, latent + 1).mul(Tensor.stack(decoders).sum(0));
}

async function streamAt(hook: string, replace: { hook: string; value: Tensor }[] = []): Promise<Tensor> {
  return (await plain.activations(clean, [hook], { replace })).of(hook);
}

/** Latents of block 0 that are active somewhere. */
async function activeLatents(): Promise<number[]> {
  const [activations] = await model.latents(clean);
  const totals = Array.from(await activations!.sum([0, 1]).data(), Number);
  return totals.flatMap((total, latent) => (total > 0 ? [latent] : []));
}

it("an edge to the end carries what its latent wrote to all blocks", async () => {
  await scope(async () => {
    using zero = await model.ablations(clean, "zero");
    const active = await activeLatents();
    expect(active.length).toBeGreaterThan(2);
    for (const latent of active) {
      const found = await model.forward(clean, { ablate: [`MLP 0 Latent ${latent}->Resid End`], ablation: zero });
      const last = `blocks.${layers - 1}.hook_resid_post`;
      const value = (await streamAt(last)).sub(await written(latent, layers));
      const expected = await plain.forward(clean, { replace: [{ hook: last, value }] });
      expect(await found.sub(expected).abs().max().item()).toBeLessThan(1e-10);
    }
  });
});

it("an edge to a reader of the last block carries what its latent wrote to the blocks before", async () => {
  await scope(async () => {
    using zero = await model.ablations(clean, "zero");
    const readers = model.graph.destinations.filter(({ block, kind }) => block === layers - 1 && kind !== "end");
    expect(readers).toHaveLength(3 * tinyConfig.heads + 1);
    for (const latent of await activeLatents()) {
      const ablate = readers.map(({ name }) => `MLP 0 Latent ${latent}->${name}`);
      const found = await model.forward(clean, { ablate, ablation: zero });
      // The block without the latent in what it reads, and the end with all that it wrote.
      const [first, last] = ["resid_pre", "resid_post"].map((place) => `blocks.${layers - 1}.hook_${place}`);
      const less = await written(latent, layers - 1);
      const pre = { hook: first!, value: (await streamAt(first!)).sub(less) };
      const value = (await streamAt(last!, [pre])).add(less);
      const expected = await plain.forward(clean, { replace: [{ hook: last!, value }] });
      expect(await found.sub(expected).abs().max().item()).toBeLessThan(1e-10);
      const unpatched = await plain.forward(clean);
      expect(await found.sub(unpatched).abs().max().item()).toBeGreaterThan(1e-6);
    }
  });
});
