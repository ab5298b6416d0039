import type { ReplacedPart } from "@autocircuit/native";
import type { AutoencoderFacts } from "./autoencoder-facts.ts";
import { hookPlace } from "./hooks.ts";

/** The part of a block in whose place latents are sources; of the stream, the block that they stand behind. */
export interface LatentsPlace {
  readonly block: number;
  readonly of: ReplacedPart;
}

/**
 * In the place of what the latents of an autoencoder would be sources, by the names of what it reads and writes alone: of `hook_resid_pre` that
 * is the stream behind the block before. Whether they can be, in some model, `checkSources` says.
 *
 * @returns undefined for what stands in no such place
 * @example
 * const { autoencoders } = await inspectAutoencoders("saes/mlp-out");
 * console.log(autoencoders.map((one) => latentsPlace(one))); // { block: 0, of: "mlp" }, ...
 */
export function latentsPlace({
  hookIn,
  hookOut,
  block,
}: Pick<AutoencoderFacts, "hookIn" | "hookOut" | "block">): LatentsPlace | undefined {
  const of = partAt(hookOut);
  const behind = block !== undefined && hookPlace(hookIn).site === "resid_pre" ? block - 1 : block;
  return of === undefined || behind === undefined || behind < 0 ? undefined : { block: behind, of };
}

/** What a hook's value is the output of; undefined where it is none of these. */
function partAt(hook: string): ReplacedPart | undefined {
  const { site } = hookPlace(hook);
  if (site === "z" || site === "attn_out") return "attention";
  if (site === "mlp_out" || site === "mlp_post") return "mlp";
  return site === "resid_post" || site === "resid_pre" ? "stream" : undefined;
}
