import type { Activation } from "./activations/activation.ts";
import type { Normalisation } from "./normalisations/normalisation.ts";

/** What decides whether latents can be a model's sources. */
export interface LatentForm {
  readonly activation: Pick<Activation, "name" | "asThreshold" | "notAsThreshold">;
  readonly normalisation: Pick<Normalisation, "name" | "factor">;
}

/**
 * Why the latents of an autoencoder can be no sources of a model, whose outputs are sums of what sources write: settings alone tell. Undefined
 * where they can.
 */
export function whyNoSources({ activation, normalisation }: LatentForm): string | undefined {
  const { name, factor } = normalisation;
  if (name !== "none" && factor === undefined)
    return `its inputs are normalised one by one (${name}): what a latent writes is then no multiple of its activation alone, as a source does. It loads, encodes and decodes only.`;
  if (activation.asThreshold !== undefined) return undefined;
  const { name: what, notAsThreshold = "it is none of these" } = activation;
  return `its activation is ${what}: ${notAsThreshold}. Latents are sources behind ReLU, JumpReLU, a gate, or TopK with a ReLU; these load, encode and decode only.`;
}
