/** Features of the reference that a case may have one after the other; its folders of such cases are called `next`. */
export const featureNames = [
  "attribution",
  "autoencoder",
  "completeness",
  "eapig",
  "kvcache",
  "probing",
  "scores",
] as const;

/** One of them; each has a file of numbers and one of tensors. */
export type FeatureName = (typeof featureNames)[number];
