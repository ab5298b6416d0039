import { expect, it } from "vitest";
import { hookPlace } from "./hooks.ts";
import { latentsPlace } from "./latents-place.ts";

const of = (hookIn: string, hookOut = hookIn) => latentsPlace({ hookIn, hookOut, block: hookPlace(hookIn).block });

it.each([
  ["blocks.3.hook_mlp_out", undefined, { block: 3, of: "mlp" }],
  ["blocks.3.mlp.hook_post", undefined, { block: 3, of: "mlp" }],
  ["blocks.3.ln2.hook_normalized", "blocks.3.hook_mlp_out", { block: 3, of: "mlp" }],
  ["layers.3.mlp (module input)", "layers.3.mlp (module output)", { block: 3, of: "mlp" }],
  ["blocks.3.attn.hook_z", undefined, { block: 3, of: "attention" }],
  ["blocks.3.hook_attn_out", undefined, { block: 3, of: "attention" }],
  ["blocks.3.hook_resid_post", undefined, { block: 3, of: "stream" }],
  ["layers.3 (module output)", undefined, { block: 3, of: "stream" }],
  ["blocks.3.hook_resid_pre", undefined, { block: 2, of: "stream" }],
] as const)("latents of %s", (hookIn, hookOut, place) => {
  expect(of(hookIn, hookOut)).toEqual(place);
});

it("nothing is behind a block before the first, nor where a name is not known", () => {
  for (const hook of ["blocks.0.hook_resid_pre", "hook_embed", "blocks.3.hook_resid_mid", "blocks.3.hook_else"])
    expect(of(hook)).toBeUndefined();
});
