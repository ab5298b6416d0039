import { describe, expect, it } from "vitest";
import { latentOptions, latentsProblem as problem } from "./latent-options.ts";

describe("options about latents", () => {
  it("are taken out of others", () => {
    const options = { seed: 1, maxLatents: 3, autoencoders: "saes", pruneLatents: undefined };
    expect(latentOptions(options)).toEqual({ autoencoders: "saes", maxLatents: 3 });
  });

  it("go together, or not", () => {
    const autoencoders = "saes";
    expect(problem({})).toBeUndefined();
    expect(problem({ dtype: "bfloat16" })).toBeUndefined();
    expect(problem({ autoencoders, dtype: "float64", partialAutoencoders: true })).toBeUndefined();
    expect(problem({ autoencoders, pruneLatents: true, maxLatents: 3, pruneWithCorrupt: true })).toBeUndefined();
    expect(problem({ autoencoders, maxLatents: 3 }, true)).toBeUndefined();
    expect(problem({ autoencoderErrors: false })).toBe(
      "`autoencoderErrors` is about `autoencoders`: give a folder of them too.",
    );
    for (const dtype of ["bfloat16", "float16"] as const)
      expect(problem({ autoencoders, dtype })).toBe(
        `A model with \`autoencoders\` computes in float32 or float64, not in ${dtype}: leave \`dtype\` out, or the autoencoders.`,
      );
    const keepLatents = { keptLatents: { mlp: [[1]] } };
    expect(problem({ autoencoders, keepLatents, pruneLatents: false }, true)).toBeUndefined();
    expect(problem({ autoencoders, keepLatents: "scores.safetensors", pruneLatents: true })).toBe(
      "`keepLatents` says which latents are kept, `pruneLatents` that they are chosen anew: leave one of them out.",
    );
    expect(problem({ autoencoders, keepLatents, maxLatents: 3 }, true)).toMatch(
      /`maxLatents` that they are chosen anew/,
    );
    const unpruned = /`(maxLatents|pruneWithCorrupt)` says how latents are pruned.*give `pruneLatents` too/;
    expect(problem({ autoencoders, maxLatents: 3 })).toMatch(unpruned);
    expect(problem({ autoencoders, pruneWithCorrupt: false })).toMatch(unpruned);
    expect(problem({ autoencoders, pruneLatents: false, maxLatents: 3 }, true)).toMatch(unpruned);
  });
});
