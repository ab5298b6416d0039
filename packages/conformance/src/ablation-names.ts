import { type AblationType, ablationTypes } from "@autocircuit/core";

/** The reference's names of ablations, `TOKENWISE_MEAN_CLEAN` and so on, and ours. */
export const ABLATION_NAMES: Readonly<Record<string, AblationType>> = Object.fromEntries(
  ablationTypes.map((type) => [type.toUpperCase().replaceAll("-", "_"), type]),
);

/** Ours for the reference's name. @throws Error for a name that is none */
export function ablationType(name: string): AblationType {
  const type = ABLATION_NAMES[name];
  if (type) return type;
  throw new Error(`"${name}" is no ablation of the reference.`);
}
