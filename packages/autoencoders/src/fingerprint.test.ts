import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PatchableModel, PromptLoader, PruneScores, pruneLatents } from "@autocircuit/core";
import { mapAutoencoders, scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyAutoencoders } from "../../core/test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../core/test/tiny-transformer.ts";
import { autoencoderCase, temporaryFolder } from "../test/fixtures.ts";
import { gated } from "./activations/gated.ts";
import { engineAutoencoders } from "./engine-autoencoders.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";
import { noNormalisation } from "./normalisations/normalisation.ts";
import { saveAutoencoders } from "./save-autoencoders.ts";

/** A model with autoencoders that were saved and loaded. */
async function modelWith(seed: number) {
  const folder = join(temporaryFolder(), "saved");
  await saveAutoencoders(folder, tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true }, seed));
  const plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
  using set = await loadAutoencoders(folder, { dtype: "float64" });
  return { folder, plain, loaded: engineAutoencoders(set, tinyConfig), fingerprint: set.autoencoders[0]!.fingerprint };
}

describe("the fingerprint of autoencoders", () => {
  it("is of their numbers, wherever they lie and whatever type they are computed in", async () => {
    const { folder, fingerprint } = await modelWith(3);
    const elsewhere = join(temporaryFolder(), "copy");
    cpSync(folder, elsewhere, { recursive: true });
    using copy = await loadAutoencoders(elsewhere, { dtype: "float32" });
    expect(copy.autoencoders[0]!.fingerprint).toBe(fingerprint);
    expect(copy.autoencoders[1]!.fingerprint).not.toBe(fingerprint);
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect((await modelWith(4)).fingerprint).not.toBe(fingerprint);
  });

  it("is of what files have, not of exponentials of that, which types round otherwise", async () => {
    const numbers = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const inType = (dtype: "float32" | "float64") =>
      scope(() => {
        const vector = Tensor.from(numbers, { shape: [64] }).to(dtype);
        return fingerprintOf({
          ...{ hooks: ["hook"], decoders: [], outputBias: vector, processing: [], normalisation: noNormalisation },
          encoder: { weight: vector.reshape([1, 64]), activation: gated(vector, vector, vector) },
        });
      });
    expect(await inType("float32")).toBe(await inType("float64"));
  });

  it("is of how many latents are kept, too", async () => {
    const each = [3, 4].map(async (top) => {
      const folder = join(temporaryFolder(), "saved");
      const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true, activation: "topk" });
      await saveAutoencoders(
        folder,
        mapAutoencoders(given, (one) => ({ ...one, top })),
      );
      using set = await loadAutoencoders(folder);
      return set.autoencoders[0]!.fingerprint;
    });
    expect(new Set(await Promise.all(each)).size).toBe(2);
  });

  it.each([
    ["mlp_out", "hook_mlp_out", "center_writing_weights"],
    ["z", "attn.hook_z", "fold_value_biases"],
    ["mlp_in", "ln2.hook_normalized", "fold_ln"],
  ] as const)(
    "is of how the weights were processed that it was made for, where that changes what it reads: %s",
    async (input, hook, step) => {
      const told = async (settings: Record<string, boolean> | undefined) => {
        const folder = join(temporaryFolder(), "saved");
        await saveAutoencoders(folder, tinyAutoencoders(tinyConfig, { input, errors: true }));
        const path = join(folder, `blocks.0.${hook}`, "cfg.json");
        const config = JSON.parse(readFileSync(path, "utf8"));
        config.metadata.model_from_pretrained_kwargs = settings;
        writeFileSync(path, JSON.stringify(config));
        using set = await loadAutoencoders(folder);
        return set.autoencoders[0]!.fingerprint;
      };
      const unknown = await told(undefined);
      expect(await told({ [step]: true })).not.toBe(unknown);
      // As they are stored: what those read of which nobody says it, wherever both can be used.
      expect(await told({ [step]: false })).toBe(unknown);
      const others = ["center_writing_weights", "fold_value_biases", "fold_ln"].filter((other) => other !== step);
      expect(await told(Object.fromEntries(others.map((other) => [other, true])))).toBe(unknown);
    },
  );

  it("is there for transcoders across layers, one for each layer", async () => {
    using set = await loadAutoencoders(join(autoencoderCase("gemmascope2-clt-affine"), "files"));
    const each = set.crossLayer!.toEngine({ autoencoderErrors: true }).map(({ fingerprint }) => fingerprint);
    expect(new Set(each).size).toBe(set.crossLayer!.layers);
    expect(each).not.toContain(undefined);
  });

  it("keeps scores of one set from being taken for another's, pruned or not", async () => {
    const [one, other] = [await modelWith(3), await modelWith(4)];
    using prompts = new PromptLoader(randomPairs(3, 5), { batchSize: 3 });
    using model = one.plain.withAutoencoders(one.loaded);
    using again = one.plain.withAutoencoders((await modelWith(3)).loaded);
    using another = one.plain.withAutoencoders(other.loaded);
    expect(model.graph.equals(again.graph)).toBe(true);
    expect(model.graph.config.latents).toEqual(another.graph.config.latents);
    const path = join(temporaryFolder(), "scores.safetensors");
    await new PruneScores(model.graph, new Float32Array(model.graph.edgeCount)).save(path);
    await PruneScores.load(path, { graph: again.graph });
    await expect(PruneScores.load(path, { graph: another.graph })).rejects.toThrow(
      /its latents are of other autoencoders \([0-9a-f]{16}\) than the model's \([0-9a-f]{16}\)/,
    );
    const { autoencoders } = await pruneLatents(one.plain, one.loaded, prompts, { maxLatents: 2 });
    using pruned = one.plain.withAutoencoders(autoencoders);
    expect(pruned.graph.config.autoencoders).toBe(model.graph.config.autoencoders);
  });
});
