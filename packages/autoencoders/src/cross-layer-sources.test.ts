import { PatchableModel } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyConfig, tinyTransformer } from "../../core/test/tiny-transformer.ts";
import { crossLayerSizes, type TinyCrossLayer, tinyCrossLayer } from "../test/tiny-cross-layer.ts";
import { engineAutoencoders } from "./engine-autoencoders.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";

const { width } = crossLayerSizes;
const config = { ...tinyConfig, dModel: width, heads: 1, kvHeads: 1, dHead: width };
const normWeights = [0.5, 1.5, -0.7, 2];

/** Largest absolute difference. */
const apart = async (a: Tensor, b: Tensor) => a.sub(b).abs().max().item();

describe("cross-layer transcoders as sources of a model", () => {
  const kinds: [TinyCrossLayer, hookIn: string, norm: "layer" | "rms"][] = [
    [{ format: "circuit-tracer" }, "hook_resid_mid", "layer"],
    [{ format: "circuit-tracer", hookIn: "ln2.hook_normalized" }, "ln2.hook_normalized", "layer"],
    [{ format: "gemma-scope-2", skip: true }, "ln2.hook_normalized", "rms"],
  ];

  it.each(kinds)("%j: the engine's latents and errors are the file's", async (kind, hookIn, norm) => {
    using set = await loadAutoencoders(await tinyCrossLayer(kind));
    const transformer = tinyTransformer({ ...config, norm }, 1, { mlpNormWeights: normWeights });
    using plain = new PatchableModel({ transformer });
    await scope(async () => {
      using model = plain.withAutoencoders(engineAutoencoders(set, plain.config));
      const tokens = Tensor.from([[1, 2, 3, 4, 5]], { dtype: "int64" });
      const [reads, writes] = [hookIn, "hook_mlp_out"].map((hook) => [0, 1].map((block) => `blocks.${block}.${hook}`));
      using seen = await plain.activations(tokens, [...reads!, ...writes!]);
      const stacked = (hooks: readonly string[]) => Tensor.stack(hooks.map((hook) => seen.of(hook)));
      // The hook lies behind a LayerNorm's weights, and before those of a root-mean-square norm.
      const read = norm === "rms" ? stacked(reads!).mul(Tensor.from(Float32Array.from(normWeights))) : stacked(reads!);
      const expected = await set.crossLayer!.reconstruct(read, stacked(writes!));
      // The skip connection goes through no latent, and is part of what is left out.
      const left = expected.skip ? expected.error!.add(expected.skip) : expected.error!;
      const [latents, rows] = [await model.latents(tokens), await model.sourceOutputs(tokens)];
      for (const block of [0, 1]) {
        expect(Number(await latents[block]!.ne(0).sum().item())).toBeGreaterThan(0);
        expect(await apart(latents[block]!, expected.latents.select(0, block))).toBeLessThan(1e-5);
        expect(await apart(rows.select(0, 2 + 2 * block), left.select(0, block))).toBeLessThan(1e-5);
      }
      expect(await apart(await plain.forward(tokens), await model.forward(tokens))).toBeLessThan(1e-5);
    });
  });

  it("have sources that later blocks read, by name", async () => {
    using set = await loadAutoencoders(await tinyCrossLayer({ format: "circuit-tracer" }));
    using plain = new PatchableModel({ transformer: tinyTransformer(config) });
    using model = plain.withAutoencoders(engineAutoencoders(set, plain.config));
    for (const name of ["MLP 0 Latent 5->A1.0.Q", "MLP 0 Latent 5->Resid End", "MLP 1 Error->Resid End"])
      expect(model.graph.has(name)).toBe(true);
    expect(model.graph.has("MLP 0 Latent 5->MLP 0")).toBe(false);
  });

  it("are refused where they do not fit", async () => {
    const circuitTracer = { format: "circuit-tracer" } as const;
    const loading: [TinyCrossLayer, RegExp][] = [
      [
        { ...circuitTracer, targets: 1 },
        /W_dec_0.safetensors: is of a cross-layer transcoder of 1 block, but there are files of 2\. Take the files of one/,
      ],
      [
        { ...circuitTracer, change: (name, data) => name === "W_dec_0" && data.fill(Number.NaN, 40) },
        /W_dec_0.safetensors: the decoder/,
      ],
    ];
    for (const [kind, says] of loading)
      await expect(loadAutoencoders(await tinyCrossLayer(kind))).rejects.toThrow(says);
    const refusals: [TinyCrossLayer, typeof config, RegExp][] = [
      [{ ...circuitTracer, layers: 3 }, config, /has 3 blocks, the model has 2/],
      [circuitTracer, tinyConfig, /width 4, but blocks.0.hook_resid_mid of the model is of width 16/],
      [circuitTracer, { ...config, parallel: true }, /in this model both run side by side/],
      [{ ...circuitTracer, hookIn: "hook_resid_pre" }, config, /goes from resid_pre to mlp_out/],
      [{ ...circuitTracer, hookIn: "hook_mlp_in" }, config, /goes from mlp_in to mlp_out/],
      [
        { ...circuitTracer, change: (name, data) => name === "threshold_1" && data.fill(-1, 0, 1) },
        config,
        /block 1: its activation is jumprelu: thresholds below 0 let negative latents through/,
      ],
    ];
    for (const [kind, own, says] of refusals) {
      using set = await loadAutoencoders(await tinyCrossLayer(kind));
      expect(() => engineAutoencoders(set, own)).toThrow(says);
    }
    using skips = await loadAutoencoders(await tinyCrossLayer({ format: "gemma-scope-2", skip: true }));
    expect(() => engineAutoencoders(skips, config, { autoencoderErrors: false })).toThrow(
      /skip connection.*Keep errors/,
    );
    // What reads a norm's weights is not given what comes without them.
    using folded = new PatchableModel({ transformer: tinyTransformer({ ...config, norm: "rms" }) });
    using refused = folded.withAutoencoders(engineAutoencoders(skips, folded.config));
    const tokens = Tensor.from([[1, 2, 3]], { dtype: "int64" });
    await expect(refused.forward(tokens)).rejects.toThrow(/with its weights, which are folded.*foldLn: false/);
    using hooked = await loadAutoencoders(await tinyCrossLayer({ ...circuitTracer, hookIn: "ln2.hook_normalized" }));
    const transformer = tinyTransformer({ ...config, norm: "rms" }, 1, { mlpNormWeights: normWeights });
    using weighted = new PatchableModel({ transformer });
    using other = weighted.withAutoencoders(engineAutoencoders(hooked, weighted.config));
    await expect(other.forward(tokens)).rejects.toThrow(/before its weights.*foldLn: true/);
  });
});
