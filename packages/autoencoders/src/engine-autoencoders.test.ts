import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PatchableModel } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyConfig, tinyTransformer } from "../../core/test/tiny-transformer.ts";
import { temporaryFolder } from "../test/fixtures.ts";
import { tinySaeLens, tinySizes } from "../test/tiny-saelens.ts";
import { checkFitsModel, checkInspected } from "./check-model.ts";
import { checkSources, engineAutoencoders } from "./engine-autoencoders.ts";
import { inspectAutoencoders } from "./inspect-autoencoders.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";
import { processingFor } from "./processing-for.ts";

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
  folder = temporaryFolder(),
) {
  for (const block of blocks) {
    const own = join(folder, `${hook}-${block}`);
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
      const outputs = await plain.sourceOutputs(tokens);
      const rows = await model.sourceOutputs(tokens);
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
        const rows = await model.sourceOutputs(tokens);
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
      expect(() => engineAutoencoders(set, plain.config, { autoencoderErrors: false })).toThrow(
        /skip connection.*Keep errors/,
      );
      const inspected = await inspectAutoencoders(folder);
      checkSources(inspected, plain.config);
      expect(() => checkSources(inspected, plain.config, { autoencoderErrors: false })).toThrow(
        /skip connection.*Keep errors/,
      );
    },
  );

  const attention: [string, Record<string, unknown>, Change][] = [
    ["hook_attn_out", {}, {}],
    ["attn.hook_z", {}, {}],
    ["attn.hook_z", { architecture: "topk", k: 2, reshape_activations: "hook_z" }, {}],
    ["attn.hook_z", { architecture: "jumprelu" }, { shapes: { threshold: [dSae] } }],
  ];

  it.each(attention)("%s %j: in the place of heads, latents and errors are the file's", async (hook, cfg, change) => {
    const folder = await folderOf(cfg, change, hook);
    using set = await loadAutoencoders(folder);
    const twoHeads = { ...config, heads: 2, kvHeads: 2, dHead: dIn / 2 };
    using plain = new PatchableModel({ transformer: tinyTransformer(twoHeads) });
    await scope(async () => {
      using model = plain.withAutoencoders(engineAutoencoders(set, plain.config));
      const tokens = Tensor.from([[1, 2, 3, 4, 5]], { dtype: "int64" });
      const hooks = [0, 1].map((block) => `blocks.${block}.${hook}`);
      using seen = await plain.activations(tokens, hooks);
      const rows = await model.sourceOutputs(tokens);
      const latents = await model.latents(tokens);
      for (const [block, autoencoder] of set.autoencoders.entries()) {
        const expected = await autoencoder.reconstruct(seen.of(hooks[block]!));
        expect(Number(await expected.latents.ne(0).sum().item())).toBeGreaterThan(0);
        expect(await apart(latents[block]!, expected.latents)).toBeLessThan(1e-5);
        if (hook === "hook_attn_out")
          expect(await apart(rows.select(0, 1 + 3 * block), expected.error!)).toBeLessThan(1e-5);
      }
      expect(await apart(await plain.forward(tokens), await model.forward(tokens))).toBeLessThan(1e-5);
    });
  });

  it("of some blocks are taken where that is said, those of MLPs beside those of attention", async () => {
    const folder = await folderOf({}, {}, "hook_mlp_out", [1]);
    await folderOf({}, {}, "hook_attn_out", [0], undefined, folder);
    using set = await loadAutoencoders(folder);
    expect(() => engineAutoencoders(set, config)).toThrow(
      /no autoencoder of block 0 for mlp_out.*partialAutoencoders: true/,
    );
    using plain = new PatchableModel({ transformer: tinyTransformer(config) });
    await scope(async () => {
      using model = plain.withAutoencoders(engineAutoencoders(set, plain.config, { partialAutoencoders: true }));
      expect(model.graph.config).toMatchObject({ latents: [0, dSae], attentionLatents: [dSae, 0] });
      const names = model.graph.sources.map(({ name }) => name).filter((name) => !name.includes("Latent"));
      expect(names).toEqual(["Resid Start", "Attention 0 Error", "MLP 0", "A1.0", "MLP 1 Error"]);
      const tokens = Tensor.from([[1, 2, 3, 4, 5]], { dtype: "int64" });
      expect(await apart(await plain.forward(tokens), await model.forward(tokens))).toBeLessThan(1e-5);
    });
  });

  it.each(["attn.hook_z", "mlp.hook_post"])(
    "%s behind a norm: latents are the file's, nothing ablated is the model, and errors are needed",
    async (hook) => {
      const folder = await folderOf({ architecture: "jumprelu" }, { shapes: { threshold: [dSae] } }, hook);
      using set = await loadAutoencoders(folder);
      const behindNorms = { ...config, dMlp: dIn, postNorms: true };
      using plain = new PatchableModel({ transformer: tinyTransformer(behindNorms, 1, { postNorms: true }) });
      await scope(async () => {
        using model = plain.withAutoencoders(engineAutoencoders(set, plain.config));
        const tokens = Tensor.from([[1, 2, 3, 4, 5]], { dtype: "int64" });
        const hooks = [0, 1].map((block) => `blocks.${block}.${hook}`);
        using seen = await plain.activations(tokens, hooks);
        const latents = await model.latents(tokens);
        for (const [block, autoencoder] of set.autoencoders.entries()) {
          const expected = await autoencoder.encode(seen.of(hooks[block]!).reshape([1, 5, dIn]));
          expect(Number(await expected.ne(0).sum().item())).toBeGreaterThan(0);
          expect(await apart(latents[block]!, expected)).toBeLessThan(1e-5);
        }
        expect(await apart(await plain.forward(tokens), await model.forward(tokens))).toBeLessThan(1e-5);
      });
      const says = /and this model has a norm between that and the stream.*Keep errors/;
      expect(() => engineAutoencoders(set, plain.config, { autoencoderErrors: false })).toThrow(says);
      const inspected = await inspectAutoencoders(folder);
      checkSources(inspected, plain.config);
      expect(() => checkSources(inspected, plain.config, { autoencoderErrors: false })).toThrow(says);
    },
  );

  const stream: [string, Record<string, unknown>, Change][] = [
    ["hook_resid_post", {}, {}],
    ["hook_resid_post", { architecture: "topk", k: 2 }, {}],
    ["hook_resid_pre", { architecture: "jumprelu" }, { shapes: { threshold: [dSae] } }],
  ];

  it.each(stream)("%s %j: latents and errors of the stream are the file's", async (hook, cfg, change) => {
    // Before block 1 is behind block 0; none need stand behind the other.
    const blocks = hook === "hook_resid_pre" ? [1] : [0];
    using set = await loadAutoencoders(await folderOf(cfg, change, hook, blocks));
    using plain = new PatchableModel({ transformer: tinyTransformer(config) });
    await scope(async () => {
      using model = plain.withAutoencoders(engineAutoencoders(set, plain.config));
      expect(model.graph.config).toMatchObject({ latents: [0, 0], streamLatents: [dSae, 0], latentErrors: true });
      const tokens = Tensor.from([[1, 2, 3, 4, 5]], { dtype: "int64" });
      using seen = await plain.activations(tokens, ["blocks.0.hook_resid_post"]);
      const rows = await model.sourceOutputs(tokens);
      const [latents] = await model.latents(tokens);
      const expected = await set.autoencoders[0]!.reconstruct(seen.of("blocks.0.hook_resid_post"));
      expect(Number(await expected.latents.ne(0).sum().item())).toBeGreaterThan(0);
      expect(await apart(latents!, expected.latents)).toBeLessThan(1e-5);
      // Start, a head and an MLP, then what the stream's autoencoder leaves out.
      expect(await apart(rows.select(0, 3), expected.error!)).toBeLessThan(1e-5);
      expect(await apart(await plain.forward(tokens), await model.forward(tokens))).toBeLessThan(1e-5);
    });
  });

  it("are refused where two are of one place of the stream", async () => {
    const folder = await folderOf({}, {}, "hook_resid_post", [0]);
    await folderOf({}, {}, "hook_resid_pre", [1], undefined, folder);
    using set = await loadAutoencoders(folder);
    expect(() => engineAutoencoders(set, config)).toThrow(
      /two autoencoders of one place, blocks\.\d\.hook_resid_\w+ \(.*-\d\) and blocks\.\d\.hook_resid_\w+ \(.*-\d\)\. Leave one of them out\.$/,
    );
  });

  it("are refused where they cannot be", async () => {
    const refusals: [string, RegExp][] = [
      [await folderOf({}, {}, "hook_mlp_out", [1]), /no autoencoder of block 0/],
      [
        await folderOf({}, {}, "hook_resid_mid"),
        /goes from resid_mid to resid_mid.*take autoencoders of mlp_out.*of attn_out, of z, of resid_post or of resid_pre/,
      ],
      [await folderOf({}, {}, "hook_resid_pre"), /reads blocks.0.hook_resid_pre, which is what `Resid Start` writes/],
      [
        await folderOf({}, {}, "hook_resid_post", [1, 2]),
        /blocks.2.hook_resid_post, but the model's blocks are 0 to 1/,
      ],
      [await folderOf({}, {}, "attn.hook_z", [0, 7]), /blocks.7.attn.hook_z, but the model's blocks are 0 to 1/],
      [
        await folderOf({ architecture: "abstopk", k: 2 }),
        /its activation is abstopk: its latents may be negative\. Latents are sources behind ReLU, JumpReLU, a gate, or TopK/,
      ],
      [await folderOf({ normalize_activations: "layer_norm" }), /inputs are normalised one by one \(layer_norm\)/],
    ];
    for (const [folder, says] of refusals) {
      using set = await loadAutoencoders(folder);
      expect(() => engineAutoencoders(set, config)).toThrow(says);
    }
    // From settings and headers alone too.
    for (const [folder, says] of refusals) {
      const inspected = await inspectAutoencoders(folder);
      expect(() => checkSources(inspected, config)).toThrow(says);
    }
    const some = await inspectAutoencoders(await folderOf({}, {}, "hook_mlp_out", [1]));
    checkSources(some, config, { partialAutoencoders: true });
    const both = await folderOf({}, {}, "hook_attn_out");
    await folderOf({}, {}, "attn.hook_z", [0, 1], undefined, both);
    const twice =
      /has autoencoders of z \(.*hook_z-0\) and of attn_out \(.*hook_attn_out-0\), which would both stand in the place of heads\. Give/;
    using loaded = await loadAutoencoders(both);
    expect(() => engineAutoencoders(loaded, config)).toThrow(twice);
    const inspected = await inspectAutoencoders(both);
    expect(() => checkSources(inspected, config)).toThrow(twice);
    using heads = await loadAutoencoders(await folderOf({}, {}, "attn.hook_z"));
    expect(() => engineAutoencoders(heads, tinyConfig)).toThrow(
      /width 4, but blocks.0.attn.hook_z of the model is of width 16/,
    );
    using set = await loadAutoencoders(await folderOf({}));
    expect(() => engineAutoencoders(set, tinyConfig)).toThrow(
      /width 4, but blocks.0.hook_mlp_out of the model is of width 16/,
    );
  });
});

it("what is made of autoencoders that were loaded or looked at says what it was not given", async () => {
  const folder = await folderOf({});
  using set = await loadAutoencoders(folder);
  const inspected = await inspectAutoencoders(folder);
  // biome-ignore lint/suspicious/noExplicitAny: callers without types
  const calls: readonly (readonly [string, (...given: any[]) => unknown, string, object])[] = [
    ["engineAutoencoders", engineAutoencoders, "set", set],
    ["checkFitsModel", checkFitsModel, "autoencoder", set.autoencoders[0]!],
    ["checkSources", checkSources, "inspected", inspected],
    ["checkInspected", checkInspected, "inspected", inspected],
    ["processingFor", processingFor, "inspected", inspected],
  ];
  for (const [name, call, argument, first] of calls) {
    const code = "bad-input";
    const of = (message: string) => expect.objectContaining({ code, message: expect.stringContaining(message) });
    expect(() => call(first)).toThrow(of(`${name}: \`config\` must be a transformer's configuration`));
    expect(() => call()).toThrow(of(`${name}: \`${argument}\` must be`));
    expect(() => call(first, config)).not.toThrow();
  }
});
