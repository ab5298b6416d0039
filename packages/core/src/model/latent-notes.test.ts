import { expect, it } from "vitest";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import { latentNotes } from "./latent-notes.ts";
import { PatchableModel } from "./patchable-model.ts";

it("a number that many blocks have is said once", () => {
  const layers = 5;
  using plain = new PatchableModel({ transformer: tinyTransformer({ layers }, 1, { dtype: "float64" }) });
  expect(latentNotes(plain)).toEqual([]);
  const notesOf = (counts: readonly number[], how: Parameters<typeof latentNotes>[1] = {}) => {
    using model = plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true, counts }));
    return latentNotes(model, how);
  };
  expect(notesOf([1200, 1200, 1200, 1200, 1200])[0]).toContain(
    "6,000 latents are sources (1,200 in each of 5 blocks), ",
  );
  expect(notesOf([9, 9, 9, 9, 0])[0]).toContain("36 latents are sources (9, 9, 9, 9, 0 by block), ");
  const kept = (counts: readonly number[]) =>
    notesOf(counts, { keepLatents: { keptLatents: { mlp: counts.map(() => [0]) } } })[1];
  expect(kept([4, 4, 4, 4, 4])).toBe(
    "latents kept as `keepLatents` says: 4 of each of 5 autoencoders; nothing was pruned anew",
  );
  expect(kept([4, 4, 3, 4, 2])).toContain(" 4, 4, 3, 4, 2; ");
  const prunedLatents = {
    kept: [
      [1, 2],
      [[1, 2], [3]],
    ],
    activated: [7, [9, 9]],
    prunedKl: 0.25,
  };
  expect(notesOf([4, 4, 3, 4, 2], { prunedLatents, promptCount: 6 })[1]).toBe(
    "latents pruned by 6 prompts: 7, 9 active, 2, 1 to 2 kept; KL(unpruned || pruned) 0.25 nats at a position",
  );
});
