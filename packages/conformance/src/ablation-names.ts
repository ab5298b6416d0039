import type { AblationType } from "@autocircuit/core";

/** The reference's names of ablations, and ours. */
export const ABLATION_NAMES: Readonly<Record<string, AblationType>> = {
  RESAMPLE: "resample",
  ZERO: "zero",
  TOKENWISE_MEAN_CLEAN: "tokenwise-mean-clean",
  TOKENWISE_MEAN_CORRUPT: "tokenwise-mean-corrupt",
  TOKENWISE_MEAN_CLEAN_AND_CORRUPT: "tokenwise-mean-clean-and-corrupt",
  BATCH_TOKENWISE_MEAN: "batch-tokenwise-mean",
  BATCH_ALL_TOK_MEAN: "batch-all-tok-mean",
};

/** Ours for the reference's name. @throws Error for a name that is none */
export function ablationType(name: string): AblationType {
  const type = ABLATION_NAMES[name];
  if (type) return type;
  throw new Error(`"${name}" is no ablation of the reference.`);
}
