/** The features of `next/CASE/` that are checked. */
export const nextFeatures = [
  "attribution",
  "autoencoder",
  "completeness",
  "eapig",
  "kvcache",
  "probing",
  "scores",
] as const;

/** One of them; each has a file of numbers and one of tensors. */
export type NextFeature = (typeof nextFeatures)[number];
