import { expect, it } from "vitest";
import { latentNotes } from "./latent-notes.ts";

it("says of each task how far autoencoders are from the original, mean over its units, and nothing of others", () => {
  const row = (task: string, prunedKl: number | null, replacedKl: number | null) => ({ task, prunedKl, replacedKl });
  expect(latentNotes([row("a", null, null), row("b", 0.5, 1), row("b", 0.25, 3), row("c", 0.125, null)])).toEqual([
    expect.stringMatching(
      /^b: latents are pruned: .* 0\.375 nats at a position; what autoencoders leave out is dropped, .* 2 nats/,
    ),
    expect.stringMatching(/^c: latents are pruned: KL\(unpruned \|\| pruned\) 0\.125 nats at a position$/),
  ]);
});
