import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PatchableModel } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyConfig, tinyTransformer } from "../../core/test/tiny-transformer.ts";
import { temporaryFolder } from "../test/fixtures.ts";
import { tinySaeLens, tinySizes } from "../test/tiny-saelens.ts";
import { engineAutoencoders } from "./engine-autoencoders.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";

const { dIn, dSae } = tinySizes;
const config = { ...tinyConfig, dModel: dIn, heads: 1, kvHeads: 1, dHead: dIn };

type Change = Parameters<typeof tinySaeLens>[1];

/** A folder with an autoencoder for each block. */
async function folderOf(
  cfg: Record<string, unknown>,
  change: Change = {},
  hook = "hook_mlp_out",
  blocks = [0, 1],
  hookOut?: string,
) {
  const folder = temporaryFolder();
  for (const block of blocks) {
    const own = join(folder, `block-${block}`);
    mkdirSync(own);
    const hooks = {
      hook_name: `blocks.${block}.${hook}`,
      ...(hookOut && { hook_name_out: `blocks.${block}.${hookOut}` }),
    };
    const metadata = { sae_lens_version: "6.54.12", ...hooks, model_name: "tiny" };
    await tinySaeLens({ ...cfg, metadata }, { ...change, folder: own });
  }
  return folder;
}

/** Largest absolute difference. */
const apart = async (a: Tensor, b: Tensor) => a.sub(b).abs().max().item();

describe("autoencoders as sources of a model", () => {
  const architectures: [string, Record<string, unknown>, Change][] = [
    ["standard", {}, {}],
    ["standard, inputs not shifted", { apply_b_dec_to_input: false }, {}],
    ["topk", { architecture: "topk", k: 2 }, {}],
    ["jumprelu", { architecture: "jumprelu" }, { shapes: { threshold: [dSae] } }],
    [
      "gated",
      { architecture: "gated" },
      { without: ["b_enc"], shapes: { b_gate: [dSae], r_mag: [dSae], b_mag: [dSae] } },
    ],
  ];

  it.each(architectures)("%s: the engine's latents and errors are the file's", async (_, cfg, change) => {
    const folder = await folderOf(cfg, change);
    using set = await loadAutoencoders(folder);
    using plain = new PatchableModel({ transformer: tinyTransformer(config) });
    await scope(async () => {
      using model = plain.withAutoencoders(engineAutoencoders(set, plain.config));
      const tokens = Tensor.from(
        [
          [1, 2, 3, 4, 5],
          [6, 7, 8, 9, 0],
        ],
        { dtype: "int64" },
      );
      const outputs = await plain.sources(tokens);
      const rows = await model.sources(tokens);
      const latents = await model.latents(tokens);
      for (const [block, autoencoder] of set.autoencoders.entries()) {
        const mlp = 2 + 2 * block;
        const expected = await autoencoder.reconstruct(outputs.select(0, mlp));
        expect(Number(await expected.latents.ne(0).sum().item())).toBeGreaterThan(0);
        expect(await apart(latents[block]!, expected.latents)).toBeLessThan(1e-5);
        expect(await apart(rows.select(0, mlp), expected.error!)).toBeLessThan(1e-5);
      }
    });
  });

  const transcoders: [string, Record<string, unknown>, Change][] = [
    ["transcoder", { architecture: "transcoder" }, {}],
    ["skip transcoder", { architecture: "skip_transcoder" }, { shapes: { W_skip: [dIn, dIn] } }],
  ];
  /** A transcoder of SAELens writes to another place than it reads. */
  const reading = (cfg: Record<string, unknown>) => ({ ...cfg, d_out: dIn, apply_b_dec_to_input: false });

  it.each(transcoders)(
    "%s: reads what the MLP reads, and its error is what it leaves out of the MLP's output",
    async (_, cfg, change) => {
      const folder = await folderOf(reading(cfg), change, "ln2.hook_normalized", [0, 1], "hook_mlp_out");
      using set = await loadAutoencoders(folder);
      using plain = new PatchableModel({ transformer: tinyTransformer(config) });
      await scope(async () => {
        using model = plain.withAutoencoders(engineAutoencoders(set, plain.config));
        const tokens = Tensor.from([[1, 2, 3, 4, 5]], { dtype: "int64" });
        const hooks = [0, 1].flatMap((block) => [
          `blocks.${block}.ln2.hook_normalized`,
          `blocks.${block}.hook_mlp_out`,
        ]);
        using seen = await plain.activations(tokens, hooks);
        const rows = await model.sources(tokens);
        const latents = await model.latents(tokens);
        for (const [block, transcoder] of set.autoencoders.entries()) {
          const [input, output] = [seen.of(hooks[2 * block]!), seen.of(hooks[2 * block + 1]!)];
          const expected = await transcoder.reconstruct(input, output);
          expect(Number(await expected.latents.ne(0).sum().item())).toBeGreaterThan(0);
          expect(await apart(latents[block]!, expected.latents)).toBeLessThan(1e-5);
          // The skip connection goes through no latent, and is part of what is left out.
          const left = expected.skip ? expected.error!.add(expected.skip) : expected.error!;
          expect(await apart(rows.select(0, 2 + 2 * block), left)).toBeLessThan(1e-5);
        }
        const [full, same] = [await plain.forward(tokens), await model.forward(tokens)];
        expect(await apart(full, same)).toBeLessThan(1e-5);
      });
      if (cfg.architecture === "transcoder") return;
      expect(() => engineAutoencoders(set, plain.config, { errors: false })).toThrow(/skip connection.*Keep errors/);
    },
  );

  it("are refused where they cannot be", async () => {
    const refusals: [string, RegExp][] = [
      [await folderOf({}, {}, "hook_mlp_out", [1]), /no autoencoder of block 0/],
      [
        await folderOf({}, {}, "hook_resid_pre"),
        /goes from resid_pre to resid_pre.*take autoencoders of all blocks' mlp_out/,
      ],
      [await folderOf({ normalize_activations: "layer_norm" }), /inputs are normalised one by one \(layer_norm\)/],
    ];
    for (const [folder, says] of refusals) {
      using set = await loadAutoencoders(folder);
      expect(() => engineAutoencoders(set, config)).toThrow(says);
    }
    using set = await loadAutoencoders(await folderOf({}));
    expect(() => engineAutoencoders(set, tinyConfig)).toThrow(
      /width 4, but blocks.0.hook_mlp_out of the model is of width 16/,
    );
  });
});
