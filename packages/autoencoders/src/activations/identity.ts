import type { Activation } from "./activation.ts";

/** Pre-activations as they are. */
export const identity: Activation = {
  name: "identity",
  apply: (p) => p,
  parameters: [],
  notAsThreshold: "without a ReLU latents may be negative",
};
