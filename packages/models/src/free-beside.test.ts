import type { AutoencoderSize } from "@autocircuit/core";
import { expect, it } from "vitest";
import { models } from "../../core/test/latent-models.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { freeBeside } from "./free-beside.ts";

const GIB = 2 ** 30;

it("takes weights, and autoencoders with the latents that the model has, from what was free", () => {
  using both = models({ input: "mlp_out", counts: [6, 4] });
  const { plain, withLatents } = both;
  const { weights } = estimateMemory(plain.config, 1, 1, { dtype: plain.computeDtype });
  expect(freeBeside(plain, { free: GIB })).toBe(GIB - weights);
  expect(freeBeside(plain, { free: weights - 1 })).toBe(0);
  const { dModel } = plain.config;
  const sizes = (counts: readonly number[]) =>
    counts.map(
      (count, block): AutoencoderSize => ({ block, of: "mlp", count, dIn: dModel, dOut: dModel, decoders: 1 }),
    );
  const { autoencoders } = estimateMemory(plain.config, 1, 1, {
    dtype: plain.computeDtype,
    autoencoders: sizes([6, 4]),
  });
  // With all their latents they are larger, and those of a block without are not the model's.
  const free = freeBeside(withLatents, { free: GIB, autoencoders: sizes([600, 400, 100]) });
  expect(autoencoders).toBeGreaterThan(0);
  expect(free).toBe(GIB - weights - autoencoders!);
});
