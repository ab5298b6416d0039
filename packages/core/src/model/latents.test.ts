import { describe, expect, it } from "vitest";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import { Graph } from "../graph/graph.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { activeLatents } from "./active-latents.ts";
import { type LatentPlace, latentPlaces, withLatentPlaces } from "./latents.ts";
import { PatchableModel } from "./patchable-model.ts";

type PairOfPrompts = ReturnType<typeof randomPairs>[number];

const config = { layers: 3, heads: 2, attnOnly: false, parallel: false };

describe("latents of padded prompts", () => {
  it("are those of the prompts alone, and none where there is no token", async () => {
    using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
    using model = plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true }));
    const [long, pair] = randomPairs(2, 6) as [PairOfPrompts, PairOfPrompts];
    const short = { ...pair, clean: pair.clean.slice(4), corrupt: pair.corrupt.slice(4) };
    using alone = new PromptLoader([short], { batchSize: 1 });
    using padded = new PromptLoader([short, long], { batchSize: 2, padId: 0 });
    const both = await model.latents(padded.batches[0]!.clean);
    for (const [place, expected] of (await model.latents(alone.batches[0]!.clean)).entries()) {
      const [found] = (await both[place]!.toArray()) as number[][][];
      const own = (await expected.toArray()) as number[][][];
      expect(
        found!
          .slice(0, 4)
          .flat()
          .filter((value) => value !== 0),
      ).toEqual([]);
      for (const [position, row] of own[0]!.entries())
        for (const [latent, value] of row.entries()) expect(found![position + 4]![latent]).toBeCloseTo(value, 12);
    }
    expect(await activeLatents(model, padded)).toBe(await activeLatents(model, alone));
  });
});

describe("a model in half precision", () => {
  it.each(["bfloat16", "float16"] as const)("%s: refuses autoencoders at once", (dtype) => {
    using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype }) });
    expect(() => plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true }))).toThrow(
      `computes in float32 or float64, and this one computes in ${dtype}: load the model in one of these`,
    );
  });
});

describe("withLatentPlaces", () => {
  it("gives the graph of a model that has these latents", () => {
    const places: LatentPlace[] = [
      { block: 0, of: "mlp", count: 5 },
      { block: 1, of: "attention", count: 4 },
      { block: 1, of: "stream", count: 7 },
      { block: 2, of: "mlp", count: 3 },
    ];
    for (const errors of [true, false]) {
      const graph = Graph.of(withLatentPlaces(config, places.toReversed(), errors));
      expect(latentPlaces(graph)).toEqual(places);
      expect(graph.config.latentErrors).toBe(errors);
    }
    expect(Graph.of(withLatentPlaces(config, [])).equals(Graph.of(config))).toBe(true);
  });

  it("refuses two of a place, and blocks that there are not", () => {
    const one: LatentPlace = { block: 1, of: "mlp", count: 5 };
    expect(() => withLatentPlaces(config, [one, one])).toThrow(/MLP 1: there are two autoencoders of it/);
    expect(() => withLatentPlaces(config, [{ ...one, block: 3 }])).toThrow(/MLP 3: there is no such block/);
  });
});
