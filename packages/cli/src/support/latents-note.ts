import type { PatchableModel } from "@autocircuit/core";

/** How many latents a model's graph has, in a line; none for one without. */
export function latentsNote({ graph, transformer: { latents } }: PatchableModel): readonly string[] {
  if (latents === undefined) return [];
  const all = latents.counts.reduce((sum, count) => sum + count, 0);
  const kinds = {
    mlp_out: "sparse autoencoders of MLP outputs",
    mlp_post: "sparse autoencoders of MLP neurons",
    mlp_in: "transcoders",
  };
  const errors = latents.errors ? "what they leave out is a source of its own" : "what they leave out is dropped";
  return [
    `${kinds[latents.input]}: ${all.toLocaleString("en-US")} latents are sources (${latents.counts.join(", ")} by block), ` +
      `${graph.edgeCount.toLocaleString("en-US")} edges; ${errors}`,
  ];
}
