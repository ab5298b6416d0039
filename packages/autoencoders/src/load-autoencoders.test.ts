import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TransformerConfig } from "@autocircuit/native";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { useHub } from "../../models/test/hub-user.ts";
import { LoopbackHub } from "../../models/test/loopback-hub.ts";
import { autoencoderCase, copyOf, temporaryFolder } from "../test/fixtures.ts";
import { refusal } from "../test/refusal.ts";
import { tinyCrossLayer } from "../test/tiny-cross-layer.ts";
import { tinySaeLens } from "../test/tiny-saelens.ts";
import { checkFitsModel, checkInspected } from "./check-model.ts";
import { inspectAutoencoders } from "./inspect-autoencoders.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";

const SKIP = "saelens-jumprelu-skip-transcoder";

describe("loadAutoencoders", () => {
  it.each([
    ["saelens", SKIP, "files", 1],
    ["sparsify", "sparsify-groupmax", "files", 1],
    ["gemma-scope-2", "gemmascope2-clt-affine", "files", 0],
    ["llama-scope", "llamascope-res", "files", 1],
    ["circuit-tracer", "circuit-tracer-jumprelu-skip", "files", 2],
    ["dictionary-learning", "dictionary-learning-gated", "files", 1],
    ["openai", "openai-v5-topk", "files", 1],
  ])("finds files of %s below a folder", async (format, name, part, count) => {
    using set = await loadAutoencoders(join(autoencoderCase(name), part));
    expect(set.format).toBe(format);
    expect(set.autoencoders.length).toBe(count);
    expect(set.crossLayer === undefined).toBe(count > 0);
  });

  it("tells what Gemma Scope's files are by the repository, and says so", async () => {
    const path = join(autoencoderCase("gemmascope1-mlp-fortran-compressed"), "files");
    using set = await loadAutoencoders(path, { repo: "google/gemma-scope-2b-pt-mlp" });
    expect(set.autoencoders[0]).toMatchObject({ hookIn: "blocks.1.hook_mlp_out", block: 1, dIn: 16, dSae: 24 });
    expect(await refusal(path)).toEqual({
      code: "bad-input",
      message: expect.stringMatching(/do not say what they read.*give the repository/),
    });
  });

  it("fetches what formats read of a repository on the hub", async () => {
    const file = join(
      autoencoderCase("gemmascope1-mlp-fortran-compressed"),
      "files",
      "layer_1/width_16k/average_l0_22/params.npz",
    );
    await using hub = await LoopbackHub.serve("google/gemma-scope-2b-pt-mlp", {
      "README.md": "# read me",
      "layer_1/width_16k/average_l0_22/params.npz": readFileSync(file),
      "layer_2/width_16k/average_l0_22/params.npz": "not fetched",
    });
    useHub(hub);
    using set = await loadAutoencoders("google/gemma-scope-2b-pt-mlp/layer_1");
    expect(hub.contents()).toEqual(["params.npz"]);
    expect(set.autoencoders[0]).toMatchObject({ hookIn: "blocks.1.hook_mlp_out", dSae: 24 });
  });

  it("takes one block or all, in their order", async () => {
    const folder = temporaryFolder();
    for (const block of [10, 2, 1]) {
      mkdirSync(join(folder, `blocks.${block}`));
      const metadata = { sae_lens_version: "6.54.12", hook_name: `blocks.${block}.hook_resid_post` };
      await tinySaeLens({ metadata }, { folder: join(folder, `blocks.${block}`) });
    }
    using all = await loadAutoencoders(folder);
    expect(all.autoencoders.map(({ block }) => block)).toEqual([1, 2, 10]);
    using one = await loadAutoencoders(folder, { blocks: [2] });
    expect(one.autoencoders.map(({ block }) => block)).toEqual([2]);
    expect((await refusal(folder, { blocks: [2, 3] })).message).toMatch(/has no autoencoder of block 3/);
    mkdirSync(join(folder, "wider"));
    const metadata = { sae_lens_version: "6.54.12", hook_name: "blocks.2.hook_resid_post" };
    await tinySaeLens({ metadata }, { folder: join(folder, "wider") });
    expect((await refusal(folder)).message).toMatch(
      /2 autoencoders read blocks\.2\.hook_resid_post: blocks\.2, wider\. Give one for each place: their folders one after the other\.$/,
    );
  });
});

describe("a factor of inputs that files leave to the caller", () => {
  const made = async (...normalizations: string[]) => {
    const folder = temporaryFolder();
    for (const [block, normalize_activations] of normalizations.entries()) {
      const own = join(folder, `block-${block}`);
      mkdirSync(own);
      const metadata = { sae_lens_version: "6.54.12", hook_name: `blocks.${block}.hook_resid_post` };
      await tinySaeLens({ normalize_activations, metadata }, { folder: own });
    }
    return folder;
  };
  const averaged = "expected_average_only_in";
  const latentsOf = async (folder: string, scale?: number | number[]) => {
    using set = await loadAutoencoders(folder, { autoencoderScale: scale });
    using inputs = Tensor.from([[0.3, -0.8, 0.5, 1.1]]);
    return await Promise.all(set.autoencoders.map(async (one) => (await one.encode(inputs)).toArray()));
  };

  it("is one number, or one for each block", async () => {
    const folder = await made(averaged, averaged);
    const [plain, two, three] = await Promise.all([undefined, 2, 3].map((scale) => latentsOf(folder, scale)));
    expect(await latentsOf(folder, [2, 3])).toEqual([two![0], three![1]]);
    expect(await latentsOf(folder, [1, 1, 7])).toEqual(plain);
    expect(two![0]).not.toEqual(plain![0]);
    // Files that leave none to the caller are read as they are beside those that do.
    const mixed = await made("none", averaged);
    expect(await latentsOf(mixed, [2, 3])).toEqual([plain![0], three![1]]);
  });

  it("is refused where it would be passed over, and where a block has none", async () => {
    const folder = await made("none", "none");
    const refused = (of: string, scale: number | number[]) =>
      expect(loadAutoencoders(of, { autoencoderScale: scale })).rejects;
    await refused(folder, 2).toThrow(/`autoencoderScale` is given, and these autoencoders take no factor/);
    await refused(await made(averaged, averaged), [2]).toThrow(
      /block-1: reads blocks\.1\.hook_resid_post, and `autoencoderScale` has 1 numbers, for blocks 0 to 0\. Give one number for all/,
    );
    await refused(folder, [2, 0]).toThrow(/`autoencoderScale`/);
  });
});

describe("what is wrong in files", () => {
  it("a folder that is not there, or holds nothing", async () => {
    expect(await refusal("no/such/folder", { offline: true })).toEqual({
      code: "not-found",
      message: expect.stringMatching(/no\/such\/folder: was not fetched before, and nothing is fetched now/),
    });
    expect((await refusal("/no/such/folder")).message).toMatch(/does not exist as a folder/);
    const { message } = await refusal(temporaryFolder());
    expect(message).toMatch(
      /holds no autoencoders. Formats that are read: SAELens \(cfg\.json, sae_weights\.safetensors\)/,
    );
    // In words, not in patterns.
    for (const words of ["params[_layer_N].safetensors", "*.safetensors", "OpenAI (N.pt)"])
      expect(message).toContain(words);
  });

  it("a configuration without weights, and weights without one", async () => {
    const folder = copyOf(SKIP);
    rmSync(join(folder, "sae_weights.safetensors"));
    expect((await refusal(folder)).message).toMatch(/has cfg\.json, but lacks sae_weights\.safetensors \(SAELens\)/);
    const other = copyOf(SKIP);
    rmSync(join(other, "cfg.json"));
    expect((await refusal(other)).message).toMatch(/has sae_weights\.safetensors, but lacks cfg\.json \(SAELens\)/);
  });

  it("one that has others below it", async () => {
    const folder = copyOf(SKIP);
    cpSync(copyOf(SKIP), join(folder, "more", "deeper"), { recursive: true });
    expect(await refusal(folder)).toEqual({
      code: "bad-input",
      message: expect.stringMatching(
        /its own files are autoencoders \(SAELens\), and there are more below it .*deeper/,
      ),
    });
  });

  it("one that is not whole beside others that are", async () => {
    const folder = temporaryFolder();
    for (const name of ["whole", "half"]) cpSync(copyOf(SKIP), join(folder, name), { recursive: true });
    rmSync(join(folder, "half/sae_weights.safetensors"));
    expect(await refusal(folder)).toEqual({
      code: "bad-file",
      message: expect.stringMatching(/beside them what is none: .*half has cfg\.json, but lacks sae_weights/),
    });
  });

  it.each([
    [SKIP, "sae_weights.safetensors"],
    ["gemmascope1-mlp-fortran-compressed", "layer_1/width_16k/average_l0_22/params.npz"],
    ["dictionary-learning-gated", "resid_post_layer_1/trainer_0/ae.pt"],
    ["openai-v5-topk", "resid_post_mlp_v5_32k/autoencoders/1.pt"],
    ["circuit-tracer-jumprelu-skip", "layer_1.safetensors"],
  ])("a truncated file of %s", async (name, file) => {
    const folder = copyOf(name);
    const bytes = readFileSync(join(folder, file)).length;
    for (const length of [bytes - 1, Math.floor(bytes / 2), 3, 0]) {
      truncateSync(join(folder, file), length);
      const { code, message } = await refusal(folder, { repo: "gemma-scope-2b-pt-mlp" });
      expect(code).toBe("bad-file");
      expect(message).toContain(file);
    }
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "an architecture that is not known",
      { architecture: "matching_pursuit" },
      /`architecture` is "matching_pursuit", which is not known here; known are standard/,
    ],
    [
      "a normalisation that is not done",
      { normalize_activations: "covariance_whitening" },
      /`normalize_activations` is "covariance_whitening"/,
    ],
    ["top-k without a k", { architecture: "topk" }, /has no `k`/],
    ["a k beyond the latents", { architecture: "topk", k: 7 }, /k is 7, which has to be a whole number from 1 to 6/],
    ["a fraction as k", { architecture: "topk", k: 1.5 }, /k is 1\.5/],
    ["another width", { d_in: 5 }, /W_enc is \[4, 6\] instead of \[5, 6\]/],
    [
      "no hook",
      { metadata: { sae_lens_version: "6.54.12" } },
      /does not say what the autoencoder reads: it has no `hook_name`.*Is it a cfg\.json of SAELens/,
    ],
    ["no threshold", { architecture: "jumprelu" }, /has no tensor "threshold"; it has/],
    [
      "a head of its own",
      { metadata: { sae_lens_version: "6.54.12", hook_name: "blocks.0.attn.hook_z", hook_head_index: 2 } },
      /single head/,
    ],
    [
      "a transcoder that subtracts its output's bias",
      {
        architecture: "transcoder",
        metadata: {
          sae_lens_version: "6.0.0",
          hook_name: "blocks.0.hook_mlp_in",
          hook_name_out: "blocks.0.hook_mlp_out",
        },
      },
      /apply_b_dec_to_input/,
    ],
    [
      "an old activation that is not known",
      { metadata: undefined, hook_name: "blocks.0.hook_resid_pre", activation_fn_str: "tanh-relu" },
      /`activation_fn_str` is "tanh-relu"/,
    ],
  ])("%s", async (_, cfg, message) => {
    const error = await refusal(await tinySaeLens(cfg));
    expect(error.code).toBe("bad-file");
    expect(error.message).toMatch(message);
  });

  it("a tensor that the architecture has no place for", async () => {
    const folder = await tinySaeLens({}, { shapes: { W_skip: [4, 4] } });
    expect((await refusal(folder)).message).toMatch(/holds W_skip, which its configuration has no place for/);
  });

  it("a factor for latents that changes them", async () => {
    const folder = await tinySaeLens({}, { shapes: { scaling_factor: [6] } });
    expect((await refusal(folder)).message).toMatch(/`scaling_factor` that is not 1/);
  });

  it.each(["W_dec", "W_enc", "b_dec"])("NaN in %s", async (name) => {
    const change = (tensor: string, data: Float32Array) => {
      if (tensor === name) data[3] = Number.NaN;
    };
    const { code, message } = await refusal(await tinySaeLens({}, { change }));
    expect(code).toBe("bad-file");
    expect(message).toMatch(/sae_weights\.safetensors: .*holds NaN or infinite numbers/);
  });

  it("a decoder of which no sums can be made", async () => {
    const change = (tensor: string, data: Float32Array) => {
      if (tensor === "W_dec") data[3] = -3e38;
    };
    expect(await refusal(await tinySaeLens({}, { change }))).toEqual({
      code: "bad-file",
      message: expect.stringMatching(
        /sae_weights\.safetensors: the decoder holds numbers as large as 3\.0e\+38: what its latents write/,
      ),
    });
  });

  it("a settings file that is none", async () => {
    const folder = copyOf("circuit-tracer-jumprelu-skip");
    writeFileSync(join(folder, "config.yaml"), "model_kind: [transcoder_set");
    expect((await refusal(folder)).message).toMatch(/config\.yaml: is not YAML/);
    writeFileSync(join(folder, "config.yaml"), "model_kind: transcoder_map");
    expect((await refusal(folder)).message).toMatch(/`model_kind` is "transcoder_map"/);
    const anchors = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`);
    writeFileSync(join(folder, "config.yaml"), ["a0: &a0 [1]", ...anchors].join("\n"));
    expect((await refusal(folder)).code).toBe("bad-file");
  });

  it("a folder in the place of a file", async () => {
    for (const file of ["cfg.json", "sae_weights.safetensors"]) {
      const folder = copyOf(SKIP);
      rmSync(join(folder, file));
      mkdirSync(join(folder, file));
      expect(await refusal(folder)).toEqual({
        code: "bad-file",
        message: `${join(folder, file)}: is a folder, where a file is needed. Check the path.`,
      });
    }
  });

  it("layers of a cross-layer transcoder that are missing", async () => {
    const circuitTracer = { format: "circuit-tracer", layers: 3 } as const;
    const without = async (how: Parameters<typeof tinyCrossLayer>[0], ...files: string[]) => {
      const folder = await tinyCrossLayer(how);
      for (const file of files) rmSync(join(folder, file));
      return (await refusal(folder)).message;
    };
    expect(await without(circuitTracer, "W_dec_1.safetensors")).toMatch(
      /has W_enc_1\.safetensors, but no W_dec_1\.safetensors\. Fetch the files of all blocks/,
    );
    expect(await without(circuitTracer, "W_enc_1.safetensors")).toMatch(/no file of block 1, though one of block 2/);
    const short = /is of a cross-layer transcoder of 3 blocks, but there are files of 2/;
    expect(await without(circuitTracer, "W_enc_2.safetensors", "W_dec_2.safetensors")).toMatch(short);
    expect(await without({ format: "gemma-scope-2", layers: 3 }, "params_layer_2.safetensors")).toMatch(short);
    const encoders = [0, 1, 2].map((layer) => `W_enc_${layer}.safetensors`);
    expect(await without(circuitTracer, ...encoders)).toMatch(/has no file like W_enc_N\.safetensors/);
  });

  it("a missing layer of a set", async () => {
    const folder = copyOf("circuit-tracer-jumprelu-skip");
    rmSync(join(folder, "layer_0.safetensors"));
    expect((await refusal(folder)).message).toMatch(/not the files of all blocks before it|no file of block 0/);
  });
});

describe("checkFitsModel", () => {
  const config = {
    layers: 2,
    dModel: 4,
    heads: 2,
    dHead: 3,
    dMlp: 16,
    attnOnly: false,
    norm: "layer",
  } as TransformerConfig;
  const metadata = (hook_name: string) => ({ sae_lens_version: "6.54.12", hook_name, model_name: "tiny" });
  it("accepts what fits", async () => {
    using set = await loadAutoencoders(await tinySaeLens());
    checkFitsModel(set.autoencoders[0]!, config);
  });
  it.each([
    [
      "another width",
      "blocks.1.hook_resid_post",
      { dModel: 8 },
      /is of width 4, but blocks\.1\.hook_resid_post of the model is of width 8/,
    ],
    ["another width of heads", "blocks.1.attn.hook_z", {}, /of the model is of width 6/],
    ["a block that is not there", "blocks.2.hook_resid_post", {}, /the model's blocks are 0 to 1/],
    ["an MLP that is not there", "blocks.1.hook_mlp_out", { attnOnly: true }, /the model has no MLPs/],
    [
      "a place that is not known",
      "blocks.1.hook_somewhere",
      {},
      /"blocks\.1\.hook_somewhere", which is no place known here; known in a block are hook_resid_pre, /,
    ],
  ])("refuses %s", async (_, hook, change, message) => {
    const folder = await tinySaeLens({ metadata: metadata(hook) });
    using set = await loadAutoencoders(folder);
    expect(() => checkFitsModel(set.autoencoders[0]!, { ...config, ...change })).toThrow(message);
    const inspected = await inspectAutoencoders(folder);
    expect(() => checkInspected(inspected, { ...config, ...change })).toThrow(message);
  });
  it("counts the layers of a cross-layer transcoder", async () => {
    using set = await loadAutoencoders(join(autoencoderCase("gemmascope2-clt-affine"), "files"));
    checkFitsModel(set.crossLayer!, { ...config, dModel: 16 });
    const inspected = await inspectAutoencoders(set.path);
    checkInspected(inspected, { ...config, dModel: 16 });
    const taller = { ...config, dModel: 16, layers: 3 };
    for (const check of [() => checkFitsModel(set.crossLayer!, taller), () => checkInspected(inspected, taller)])
      expect(check).toThrow(/has 2 blocks, the model has 3/);
  });
});
