import { AutocircuitError, badFile } from "@autocircuit/base";
import { type Graph, type LatentIdentity, latentDifference } from "@autocircuit/core";

/**
 * What parsed JSON says of latents, as `discover --json` and circuit files do: null for a model without autoencoders, undefined where it says
 * nothing.
 *
 * @throws AutocircuitError `bad-file` where what it says is malformed
 */
export function latentsIn(json: unknown, where: string): LatentIdentity | null | undefined {
  const { latents, graph } = (json ?? {}) as { latents?: unknown; graph?: { latents?: unknown; layers?: unknown } };
  // A whole configuration says of latents that there are none, the kind of a graph alone nothing.
  const whole = graph?.layers !== undefined;
  const identity = latents === undefined && whole ? (graph.latents ? graph : null) : latents;
  if (identity === undefined || identity === null) return identity;
  if (typeof identity === "object" && !Array.isArray(identity)) return identity as LatentIdentity;
  throw badFile(
    where,
    "its `latents` must be an object, as a discovery as JSON has it, or null for a model without autoencoders.",
  );
}

/**
 * That a file which says of which latents it is, is of those that the model has.
 *
 * @param latents what {@link latentsIn} gives
 * @throws AutocircuitError `bad-input` where it is not
 */
export function requireLatents(latents: LatentIdentity | null | undefined, where: string, model: Graph): void {
  const other = latents === undefined ? undefined : latentDifference(latents, model);
  if (other) throw new AutocircuitError("bad-input", `${where}: ${other}.`);
}
