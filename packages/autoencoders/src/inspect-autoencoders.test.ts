import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { autoencoderCase } from "../test/fixtures.ts";
import { refusal } from "../test/refusal.ts";
import { tinySaeLens } from "../test/tiny-saelens.ts";
import { inspectAutoencoders } from "./inspect-autoencoders.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";

describe("inspectAutoencoders", () => {
  const names = readdirSync(autoencoderCase("")).filter((name) => existsSync(join(autoencoderCase(name), "files")));

  it.each(names)("says of %s what loading it says", async (name) => {
    const path = join(autoencoderCase(name), "files");
    const repo = name.startsWith("gemmascope1") ? "google/gemma-scope-2b-pt-mlp" : undefined;
    using set = await loadAutoencoders(path, { repo });
    const found = await inspectAutoencoders(path, { repo });
    expect(found).toMatchObject({ path, format: set.format, crossLayer: set.crossLayer !== undefined });
    const { crossLayer } = set;
    const facts = ({ hookIn, hookOut, dIn, dOut, dSae, activation }: (typeof found.autoencoders)[0]) => ({
      ...{ hookIn, hookOut, dIn, dOut, dSae, activation },
    });
    const loaded = crossLayer
      ? crossLayer.hooksIn.map((hookIn, layer) => ({ ...crossLayer, hookIn, hookOut: crossLayer.hooksOut[layer]! }))
      : set.autoencoders;
    expect(found.autoencoders.map(facts)).toEqual(
      loaded.map(({ hookIn, hookOut, dIn, dOut, dSae }) => {
        const { activation } = crossLayer ?? set.autoencoders[0]!;
        return { hookIn, hookOut, dIn, dOut, dSae, activation };
      }),
    );
    expect(found.autoencoders.map(({ decoders }) => decoders)).toEqual(
      loaded.map((_, layer) => (crossLayer ? crossLayer.layers - layer : 1)),
    );
  });

  it("reads no weight, and so sees what is wrong in headers alone", async () => {
    const change = (tensor: string, data: Float32Array) => {
      if (tensor === "W_dec") data[3] = Number.NaN;
    };
    const folder = await tinySaeLens({}, { change });
    expect((await inspectAutoencoders(folder)).autoencoders).toHaveLength(1);
    expect((await refusal(folder)).message).toMatch(/the decoder holds NaN.*Fetch the file anew/);
    await expect(inspectAutoencoders(await tinySaeLens({ d_in: 5 }))).rejects.toThrow(/W_enc is \[4, 6\]/);
  });
});
