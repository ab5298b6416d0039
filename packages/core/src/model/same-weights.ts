import { kind, signature } from "@autocircuit/base";

const fingerprint = kind.orNull(kind.text);
const check = signature("sameWeights", { one: fingerprint, other: fingerprint });

/**
 * Whether two fingerprints (`PatchableModel.fingerprint`) are of the same weights and configuration; undefined where nobody knows: one is null, or they
 * were made in two ways, as those of files that an earlier version wrote.
 *
 * @example
 * if (sameWeights(scores.info.fingerprint ?? null, model.fingerprint) === false) console.log("found with another model");
 */
export function sameWeights(one: string | null, other: string | null): boolean | undefined {
  check({ one, other });
  if (one === null || other === null || wayOf(one) !== wayOf(other)) return undefined;
  return one === other;
}

/** How a fingerprint was made: `v2` of `v2:9f0c...`; those of the first way, and of transformers made by hand, say none. */
function wayOf(fingerprint: string): string | undefined {
  return /^v\d+(?=:)/.exec(fingerprint)?.[0];
}
