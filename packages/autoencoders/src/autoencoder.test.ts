import { join } from "node:path";
import { memory, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { autoencoderCase } from "../test/fixtures.ts";
import { tinySaeLens, tinySizes } from "../test/tiny-saelens.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";

const { dIn, dSae } = tinySizes;

/** Activations `[2, 3, d_in]`. */
const activations = (seed = 1) =>
  Tensor.from(
    Float32Array.from({ length: 6 * dIn }, (_, i) => 2 * Math.cos(3.7 * i + seed)),
    { shape: [2, 3, dIn] },
  );

async function largestDifference(a: Tensor, b: Tensor): Promise<number> {
  return a.sub(b).abs().max().item();
}

describe("Autoencoder", () => {
  it("has an error that makes the activation whole", async () => {
    using set = await loadAutoencoders(await tinySaeLens({}), { dtype: "float64" });
    const x = activations();
    const { reconstruction, error, latents, skip } = await set.autoencoders[0]!.reconstruct(x);
    expect(latents.shape).toEqual([2, 3, dSae]);
    expect(skip).toBeUndefined();
    expect(await largestDifference(reconstruction.add(error!), x.to("float64"))).toBeLessThan(1e-14);
    expect(await error!.abs().max().item()).toBeGreaterThan(0.1);
  });

  it("decodes what it encodes, one part after the other or together", async () => {
    using set = await loadAutoencoders(await tinySaeLens({ normalize_activations: "layer_norm" }));
    const [sae] = set.autoencoders;
    const x = activations();
    const latents = await sae!.encode(x);
    const { latents: together, reconstruction } = await sae!.reconstruct(x);
    expect(await largestDifference(latents, together)).toBe(0);
    expect(await largestDifference(await sae!.decode(latents, x), reconstruction)).toBe(0);
  });

  it("writes the decoder rows of its latents", async () => {
    using set = await loadAutoencoders(await tinySaeLens({}), { dtype: "float64" });
    const [sae] = set.autoencoders;
    const x = activations();
    const none = Tensor.zeros([2, 3, dSae]);
    const some = Tensor.from([0, 0, 2, 0, -1, 0]).expand([2, 3, dSae]);
    const written = (await sae!.decode(some, x)).sub(await sae!.decode(none, x));
    const rows = sae!.decoderRows([2, 4]);
    const expected = rows.select(0, 0).mul(2).sub(rows.select(0, 1));
    expect(await largestDifference(written, expected)).toBeLessThan(1e-14);
    expect(() => sae!.decoderRows([dSae])).toThrow(`there is no latent ${dSae}; the last is ${dSae - 1}`);
  });

  it("says by its name what callers without types got wrong", async () => {
    using set = await loadAutoencoders(await tinySaeLens({}));
    // biome-ignore lint/suspicious/noExplicitAny: callers without types
    const sae = set.autoencoders[0] as any;
    const refused = (call: Promise<unknown>, says: string) =>
      expect(call).rejects.toMatchObject({ code: "bad-input", message: expect.stringContaining(says) });
    await refused(sae.encode([1, 2, 3]), "Autoencoder.encode: `input` must be a Tensor, but it is");
    await refused(sae.decode(), "Autoencoder.decode: `latents` must be a Tensor");
    await refused(sae.decode(activations()), "Autoencoder.decode: `input` must be a Tensor");
    await refused(sae.reconstruct(activations(), 3), "Autoencoder.reconstruct: `target` must be a Tensor");
    expect(() => sae.decoderRows(2)).toThrow("Autoencoder.decoderRows: `latents` must be a list");
  });

  it("counts a latent that writes nothing as nothing when rows are compared by length", async () => {
    const change = (name: string, data: Float32Array) => {
      if (name === "W_dec") data.fill(0, dIn, 2 * dIn);
    };
    using set = await loadAutoencoders(
      await tinySaeLens({ architecture: "topk", k: 6, rescale_acts_by_decoder_norm: true }, { change }),
    );
    const { latents, reconstruction } = await set.autoencoders[0]!.reconstruct(activations());
    expect((await reconstruction.isFinite().all().item()) !== 0).toBe(true);
    expect(await latents.select(-1, 1).abs().max().item()).toBe(0);
  });

  it("joins heads at hook_z, and parts them again", async () => {
    const metadata = { sae_lens_version: "6.54.12", hook_name: "blocks.0.attn.hook_z" };
    using set = await loadAutoencoders(await tinySaeLens({ metadata, reshape_activations: "hook_z" }));
    const [sae] = set.autoencoders;
    const joined = await sae!.reconstruct(activations());
    const byHead = await sae!.reconstruct(activations().reshape([2, 3, 2, 2]));
    expect(byHead.reconstruction.shape).toEqual([2, 3, 2, 2]);
    expect(byHead.latents.shape).toEqual([2, 3, dSae]);
    expect(await largestDifference(byHead.reconstruction.reshape([2, 3, 4]), joined.reconstruction)).toBe(0);
  });

  it("refuses inputs that do not fit or are no numbers", async () => {
    using set = await loadAutoencoders(await tinySaeLens());
    const [sae] = set.autoencoders;
    await expect(sae!.encode(Tensor.zeros([2, dIn + 1]))).rejects.toThrow(
      /`input` must be \[\.\.\., 4\], but it is \[2, 5\]/,
    );
    await expect(sae!.encode(Tensor.full([2, dIn], Number.NaN))).rejects.toMatchObject({ code: "not-finite" });
    await expect(sae!.decode(Tensor.zeros([3, dSae]), Tensor.zeros([2, dIn]))).rejects.toThrow(/does not fit `input`/);
    await expect(sae!.reconstruct(Tensor.zeros([2, dIn]), Tensor.zeros([2, 1]))).rejects.toThrow(
      /`target` must be \[2, 4\]/,
    );
  });

  it("keeps nothing but its results", async () => {
    const folder = await tinySaeLens({ architecture: "topk", k: 2 });
    const before = (await memory()).tensorBytes;
    {
      using set = await loadAutoencoders(folder);
      const { latents, reconstruction, error } = await set.autoencoders[0]!.reconstruct(activations());
      for (const tensor of [latents, reconstruction, error!]) tensor.dispose();
    }
    expect((await memory()).tensorBytes - before).toBeLessThanOrEqual(2 * 6 * dIn * 4 + 1024);
  });

  it("reads only decoder rows that are used: a decoder in the file takes no memory", async () => {
    using set = await loadAutoencoders(join(autoencoderCase("openai-v5-topk"), "files"));
    const [sae] = set.autoencoders;
    expect([sae!.dIn, sae!.dSae, sae!.activation, sae!.isTranscoder]).toEqual([16, 24, "topk", false]);
    expect(sae!.decoderRows([23, 0]).shape).toEqual([2, 16]);
  });
});

describe("CrossLayerTranscoder", () => {
  it("writes to its own layer and later ones only", async () => {
    using set = await loadAutoencoders(join(autoencoderCase("gemmascope2-clt-affine"), "files"));
    const clt = set.crossLayer!;
    const inputs = Tensor.from(
      Float32Array.from({ length: 2 * 3 * 16 }, (_, i) => Math.sin(i)),
      { shape: [2, 3, 16] },
    );
    const base = await clt.decode(Tensor.zeros([2, 3, 24]), inputs);
    const only = (layer: number) => Tensor.stack([0, 1].map((l) => Tensor.full([3, 24], l === layer ? 1 : 0)));
    const from0 = (await clt.decode(only(0), inputs)).sub(base).abs();
    const from1 = (await clt.decode(only(1), inputs)).sub(base).abs();
    expect(await from0.select(0, 0).max().item()).toBeGreaterThan(0.01);
    expect(await from0.select(0, 1).max().item()).toBeGreaterThan(0.01);
    expect(await from1.select(0, 0).max().item()).toBe(0);
    expect(await from1.select(0, 1).max().item()).toBeGreaterThan(0.01);
    const { latents, reconstruction, error } = await clt.reconstruct(inputs, inputs);
    expect(await largestDifference(reconstruction, await clt.decode(latents, inputs))).toBe(0);
    expect(await largestDifference(reconstruction.add(error!), inputs)).toBeLessThan(1e-6);
    await expect(clt.encode(Tensor.zeros([3, 2, 16]))).rejects.toThrow(/must be \[2, \.\.\., 16\] \(a block each\)/);
  });
});
