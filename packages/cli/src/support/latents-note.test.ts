import { PatchableModel } from "@autocircuit/core";
import { expect, it } from "vitest";
import { tinyAutoencoders } from "../../../core/test/tiny-autoencoders.ts";
import { tinyConfig, tinyTransformer } from "../../../core/test/tiny-transformer.ts";
import { latentsNote, prunedLatentsNote } from "./latents-note.ts";

const by = { activated: null, prunedKl: null, prompts: null, from: "scores.safetensors" };

it("a number that many blocks have is said once", () => {
  const layers = 5;
  using plain = new PatchableModel({ transformer: tinyTransformer({ layers }, 1, { dtype: "float64" }) });
  const noteOf = (counts: readonly number[]) => {
    using model = plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true, counts }));
    return latentsNote(model)[0];
  };
  expect(noteOf([1200, 1200, 1200, 1200, 1200])).toContain("6,000 latents are sources (1,200 in each of 5 blocks), ");
  expect(noteOf([9, 9, 9, 9, 0])).toContain("36 latents are sources (9, 9, 9, 9, 0 by block), ");
  expect(prunedLatentsNote({ ...by, kept: [4, 4, 4, 4, 4] })).toEqual([
    "latents kept as scores.safetensors says: 4 of each of 5 autoencoders; nothing was pruned anew",
  ]);
  expect(prunedLatentsNote({ ...by, kept: [4, 4, 3, 4, [4, 2]] })[0]).toContain(" 4, 4, 3, 4, 2 to 4; ");
  expect(prunedLatentsNote({ ...by, kept: [4, 4, 4] })[0]).toContain(" 4, 4, 4; ");
});
