import { afterAll, describe, expect, it } from "vitest";
import { models } from "../../test/latent-models.ts";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { labelledLatents } from "./latent-labels.ts";
import { PatchableModel } from "./patchable-model.ts";
import { pruneLatents } from "./prune-latents.ts";

const prompts = new PromptLoader(randomPairs(4, 6, 2), { batchSize: 2 });
const plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }), seqLen: 6 });
const beside = [
  { input: "z", counts: [0, 4] },
  { input: "resid_post", counts: [3, 0] },
] as const;
const both = models({ input: "mlp_out", counts: [9, 6], beside });
const model = both.withLatents;
afterAll(() => {
  prompts[Symbol.dispose]();
  plain.dispose();
  both[Symbol.dispose]();
});
const names = model.graph.sources.map(({ name }) => name).filter((name) => / Latent \d+$/.test(name));

describe("labelledLatents", () => {
  it("has the labels of every latent of MLPs, attention and the stream; one of spaces is none", () => {
    const labels = Object.fromEntries(names.map((name) => [name, `means ${name}`]));
    expect(Object.keys(labels)).toHaveLength(9 + 6 + 4 + 3);
    expect(labelledLatents(model, labels)).toEqual({ labels, pruned: [], note: undefined });
    expect(labelledLatents(model, { ...labels, "MLP 0 Latent 3": " " }).labels).not.toHaveProperty("MLP 0 Latent 3");
  });

  it("counts labels of latents that pruning left out, up to the size of the autoencoder's file", async () => {
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", counts: [9, 6], errors: true });
    const { autoencoders } = await pruneLatents(plain, given, prompts, { maxLatents: 2 });
    using pruned = plain.withAutoencoders(autoencoders);
    const sizes = { "MLP 0": 9, "MLP 1": 6 };
    const asked = names.filter((name) => name.startsWith("MLP"));
    const there = asked.filter((name) => pruned.graph.sources.some((src) => src.name === name));
    const found = labelledLatents(pruned, Object.fromEntries(asked.map((name) => [name, "years"])), { sizes });
    expect(Object.keys(found.labels)).toEqual(there);
    expect(there).toHaveLength(4);
    expect(found.pruned).toEqual(asked.filter((name) => !there.includes(name)));
    expect(found.note).toMatch(
      /^11 of 15 labels are of latents that pruning left out: MLP 0 Latent \d, .* and 5 more\.$/,
    );
    const beyond = { "MLP 1 Latent 6": "years" };
    expect(() => labelledLatents(pruned, beyond, { sizes })).toThrow(
      /the autoencoder of MLP 1 has 6 latents: MLP 1 Latent 0 to MLP 1 Latent 5/,
    );
    // How many there were the pruned graph alone does not say.
    expect(labelledLatents(pruned, beyond).pruned).toEqual(["MLP 1 Latent 6"]);
  });

  it("refuses what is no latent of the model, and says what there is", async () => {
    const refused = (labels: object, message: RegExp, of = model) => {
      const call = () => labelledLatents(of, labels as Record<string, string>);
      expect(call).toThrow(message);
      expect(call).toThrow(expect.objectContaining({ name: "AutocircuitError" }));
    };
    for (const name of ["MLP 0", "MLP 0 Error", "A0.1", "MLP 5 Latent 1", "MLP 0 Latent 01", "Attention 0 Latent 1"]) {
      refused(
        { [name]: "x" },
        new RegExp(`"${name}", which is no latent of this model.*MLP 0, Resid Post 0, Attention 1`),
      );
    }
    refused({ "Attention 1 Latent 4": "x" }, /the autoencoder of Attention 1 has 4 latents/);
    refused({ "MLP 0 Latent 1": 3 }, /label of "MLP 0 Latent 1" must be a text, not 3/);
    refused({ "MLP 0 Latent 1": "x" }, /has no autoencoders/, plain);
    expect(() => labelledLatents(model, {}, { sizes: { "MLP 0": -1 } })).toThrow(/`sizes` must be numbers of latents/);
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true });
    const { autoencoders } = await pruneLatents(plain, given, prompts, { maxLatents: 2, byPosition: true });
    using byPosition = plain.withAutoencoders(autoencoders);
    refused({ "MLP 0 Latent 1": "x" }, /a number means another latent at each/, byPosition);
  });
});
