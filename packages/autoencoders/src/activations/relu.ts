import type { Activation } from "./activation.ts";

/** `max(p, 0)` */
export const relu: Activation = { name: "relu", apply: (p) => p.relu(), parameters: [], asThreshold: () => ({}) };
