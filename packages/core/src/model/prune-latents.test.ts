import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mapAutoencoders, Tensor } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { PruneScores } from "../scores/prune-scores.ts";
import { PatchableModel } from "./patchable-model.ts";
import { pruneLatents } from "./prune-latents.ts";
import { replacedModel } from "./replaced-model.ts";
import { sharePrefix } from "./share-prefix.ts";

const length = 6;
const prompts = new PromptLoader(randomPairs(4, length, 2), { batchSize: 2 });
const plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }), seqLen: length });
afterAll(() => {
  prompts[Symbol.dispose]();
  plain.dispose();
});
const autoencoders = () => tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: false });

describe("pruneLatents", () => {
  it("changes nothing where all that is active is kept, and numbers the strongest first", async () => {
    const given = autoencoders();
    const pruned = await pruneLatents(plain, given, prompts);
    expect(pruned.prunedKl).toBeLessThan(1e-12);
    expect(pruned.kept.map((kept) => kept.length)).toEqual(pruned.activated);
    using before = plain.withAutoencoders(given);
    using after = plain.withAutoencoders(pruned.autoencoders);
    for (const { clean } of prompts.batches) {
      const [one, other] = [await before.latents(clean), await after.latents(clean)];
      for (const [block, kept] of pruned.kept.entries()) {
        const same = one[block]!.indexSelect(2, kept as number[])
          .sub(other[block]!)
          .abs()
          .max();
        expect(await same.item()).toBeLessThan(1e-12);
      }
    }
  });

  it("is at no distance below 0 where nothing is lost, whatever the last digits", async () => {
    for (const seed of [2, 3, 4, 5, 6, 9, 10]) {
      using these = new PromptLoader(randomPairs(4, length, 2, seed), { batchSize: 2 });
      expect((await pruneLatents(plain, autoencoders(), these)).prunedKl).toBeGreaterThanOrEqual(0);
    }
  });

  it("keeps as many as asked, by position too, and says what that costs", async () => {
    const few = await pruneLatents(plain, autoencoders(), prompts, { maxLatents: 2, pruneWithCorrupt: true });
    expect(few.kept.map((kept) => kept.length)).toEqual([2, 2]);
    expect(few.prunedKl).toBeGreaterThan(1e-6);
    const byPosition = await pruneLatents(plain, autoencoders(), prompts, { maxLatents: 2, byPosition: true });
    expect(byPosition.kept[0]).toHaveLength(length);
    using model = plain.withAutoencoders(byPosition.autoencoders);
    expect(model.graph.config.latents).toEqual([2, 2]);
    using short = Tensor.from([[1, 2, 3]], { dtype: "int64" });
    await expect(model.forward(short)).rejects.toThrow(/each of 6 positions, the prompts have 3/);
    await expect(pruneLatents(plain, byPosition.autoencoders, prompts)).rejects.toThrow(/pruned before/);
  });

  it.each(["relu", "jumprelu"] as const)(
    "by position changes nothing where all that is active is kept: %s",
    async (activation) => {
      const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: false, activation });
      const pruned = await pruneLatents(plain, given, prompts, { byPosition: true });
      expect(pruned.prunedKl).toBeLessThan(1e-12);
      const { threshold, bias } = pruned.autoencoders.blocks[0]!;
      expect(threshold?.shape).toEqual(activation === "relu" ? undefined : bias.shape);
      const few = await pruneLatents(plain, given, prompts, { byPosition: true, maxLatents: 1 });
      expect(few.prunedKl).toBeGreaterThan(1e-6);
    },
  );

  it("leaves latents the numbers that they had, pruned again too, so that others' scores are refused", async () => {
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true });
    const four = await pruneLatents(plain, given, prompts, { maxLatents: 4 });
    using model = plain.withAutoencoders(four.autoencoders);
    const named = ({ graph }: PatchableModel) =>
      graph.sources.filter(({ kind }) => kind === "latent").map(({ name }) => name);
    const called = (kept: readonly (readonly number[])[]) =>
      kept.flatMap((latents, block) => latents.map((latent) => `MLP ${block} Latent ${latent}`));
    expect(named(model)).toEqual(called(four.kept as number[][]));
    const two = await pruneLatents(plain, four.autoencoders, prompts, { maxLatents: 2 });
    using smaller = plain.withAutoencoders(two.autoencoders);
    // The two strongest of the four stand first, as before, and are called what they were.
    expect(two.kept).toEqual(four.kept.map((latents) => latents.slice(0, 2)));
    const byPosition = await pruneLatents(plain, four.autoencoders, prompts, { maxLatents: 1, byPosition: true });
    const known = (four.kept as number[][]).map((latents) => new Set(latents));
    for (const [block, positions] of byPosition.kept.entries())
      for (const [latent] of positions as number[][]) expect(known[block]).toContain(latent);
    expect(named(smaller)).toEqual(called(four.kept.map((latents) => latents.slice(0, 2) as number[])));

    using others = new PromptLoader(randomPairs(4, length, 2, 3), { batchSize: 2 });
    const other = await pruneLatents(plain, given, others, { maxLatents: 4 });
    expect(other.kept).not.toEqual(four.kept);
    using another = plain.withAutoencoders(other.autoencoders);
    const scores = new PruneScores(model.graph, new Float32Array(model.graph.edgeCount).fill(1));
    const folder = mkdtempSync(join(tmpdir(), "kept-latents-"));
    const path = join(folder, "scores.safetensors");
    await scores.save(path);
    await expect(PruneScores.load(path, { graph: another.graph })).rejects.toThrow(
      /it has the latents \d+, .*, the model's \d+, .*; which are kept depends on the prompts/,
    );
    expect((await PruneScores.load(path, { graph: model.graph })).graph.equals(model.graph)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it("keeps what cross-layer transcoders write to later blocks", async () => {
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_in", crossLayers: true, errors: false });
    const pruned = await pruneLatents(plain, given, prompts);
    expect(pruned.prunedKl).toBeLessThan(1e-12);
    const { decode, decodeLater } = pruned.autoencoders.blocks[0]!;
    expect(decodeLater!.map(({ shape }) => shape)).toEqual([decode.shape]);
    const few = await pruneLatents(plain, given, prompts, { maxLatents: 2, byPosition: true });
    expect(few.prunedKl).toBeGreaterThan(1e-6);
    using model = plain.withAutoencoders(few.autoencoders);
    expect(model.graph.config.latents).toEqual([2, 2]);
    expect((await model.forward(prompts.batches[0]!.clean)).shape[0]).toBe(2);
  });

  it("refuses prompts with a cached prefix, which is of another model", async () => {
    using shared = await sharePrefix(plain, prompts);
    expect(shared.length).toBe(2);
    await expect(pruneLatents(shared.model, autoencoders(), shared.prompts)).rejects.toThrow(
      /^pruneLatents: these prompts share a cached prefix, .* give whole prompts/,
    );
    await expect(replacedModel(shared.model, autoencoders(), shared.prompts)).rejects.toThrow(/give whole prompts/);
    // With errors nothing is measured, so no prompt is run.
    const { model } = await replacedModel(shared.model, { ...autoencoders(), errors: true }, shared.prompts);
    model.dispose();
  });

  it("refuses what leaves nothing", async () => {
    using none = new PromptLoader([], { batchSize: 1 });
    await expect(pruneLatents(plain, autoencoders(), none)).rejects.toThrow(/no prompts/);
    const given = autoencoders();
    const dead = mapAutoencoders(given, (one) => ({ ...one, bias: one.bias.sub(1e6) }));
    await expect(pruneLatents(plain, dead, prompts)).rejects.toThrow(
      /no latent of MLP 0 is active .* Leave the autoencoder of MLP 0 out and say .*`partialAutoencoders: true`/,
    );
    const stream = tinyAutoencoders(tinyConfig, { input: "resid_post", errors: true });
    const deadStream = mapAutoencoders(stream, (one) => ({ ...one, bias: one.bias.sub(1e6) }));
    await expect(pruneLatents(plain, deadStream, prompts)).rejects.toThrow(
      /Leave the autoencoder of Resid Post 0 out, prune by other prompts, or keep all latents\.$/,
    );
    const across = tinyAutoencoders(tinyConfig, { input: "mlp_in", crossLayers: true, errors: true });
    const deadAcross = mapAutoencoders(across, (one, block) =>
      block === 0 ? one : { ...one, bias: one.bias.sub(1e6) },
    );
    await expect(pruneLatents(plain, deadAcross, prompts)).rejects.toThrow(
      /of MLP 1 is .* left\. Prune by other prompts, or keep all/,
    );
  });
});

describe("a model with autoencoders", () => {
  it("shares the prefix of prompts", async () => {
    using model = plain.withAutoencoders(autoencoders());
    using shared = await sharePrefix(model, prompts);
    expect(shared.length).toBe(2);
    for (const [i, batch] of shared.prompts.batches.entries()) {
      const whole = await values(await model.forward(prompts.batches[i]!.clean));
      expect(maxDifference(await values(await shared.model.forward(batch.clean)), whole)).toBeLessThan(1e-10);
    }
    shared.prompts[Symbol.dispose]();
  });

  it("has scores that files keep", async () => {
    using model = plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true }));
    const scores = new PruneScores(
      model.graph,
      Float32Array.from({ length: model.graph.edgeCount }, (_, edge) => edge),
    );
    const folder = mkdtempSync(join(tmpdir(), "latents-"));
    await scores.save(join(folder, "scores.safetensors"));
    const read = await PruneScores.load(join(folder, "scores.safetensors"));
    rmSync(folder, { recursive: true });
    expect(read.graph.equals(model.graph)).toBe(true);
    expect(read.graph.edge(40).name).toBe(model.graph.edge(40).name);
    expect(read.graph.equals(plain.graph)).toBe(false);
  });
});
