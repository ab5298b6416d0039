import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type AutoencoderSize, coreKinds, latentPlaces, type PatchableModel } from "@autocircuit/core";
import { estimateMemory } from "./estimate-memory.ts";

/** Into what a model was loaded. */
export interface FreeBesideOptions {
  /** Bytes that were free before. */
  readonly free: number;
  /** Its autoencoders with all their latents, as `planAutoencoders` gives them; those that the model has count. */
  readonly autoencoders?: readonly AutoencoderSize[] | undefined;
}

const check = signature("freeBeside", { model: coreKinds.patchableModel }, {
  free: kind.required(coreKinds.bytes),
  autoencoders: kind.listOf(kind.having("an autoencoder's sizes", "count", "dIn", "dOut", "decoders")),
} satisfies KindsOf<FreeBesideOptions>);

/**
 * What is left of memory beside a model that was loaded into it, by what weights and autoencoders take: of a GPU only what was free before is known.
 *
 * @returns bytes, at least 0
 * @example
 * const { facts } = await openDevice("cuda:0");
 * const model = await loadModel("models/gpt2", { device: "cuda:0" });
 * if (facts) console.log(freeBeside(model, { free: facts.freeBytes }));
 */
export function freeBeside(model: PatchableModel, options: FreeBesideOptions): number {
  check({ model }, options);
  const { free, autoencoders } = options;
  const { config, computeDtype: dtype } = model;
  const sizes = autoencoders && sizesIn(model, autoencoders);
  const { weights, autoencoders: theirs = 0 } = estimateMemory(config, 1, 1, { dtype, autoencoders: sizes });
  return Math.max(0, free - weights - theirs);
}

/** Autoencoders with as many latents as a model has of each; undefined for a model without. */
function sizesIn({ graph }: PatchableModel, all: readonly AutoencoderSize[]): readonly AutoencoderSize[] | undefined {
  if (graph.config.latents === undefined) return undefined;
  return latentPlaces(graph).flatMap((place) => {
    const size = all.find(({ block, of }) => block === place.block && of === place.of);
    return size === undefined ? [] : [{ ...size, ...place }];
  });
}
