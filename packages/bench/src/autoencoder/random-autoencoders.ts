import { type Autoencoders, scope, Tensor } from "@autocircuit/native";
import { RandomValues } from "../engine/random-values.ts";
import type { ModelSpec } from "../engine/specs.ts";

/** Autoencoders of what MLPs write, transcoders of each block, or cross-layer ones. */
export type LatentKind = "mlp_out" | "mlp_in" | "across";

/**
 * Random autoencoders without error terms: one matrix is drawn, and each block has its rows in another order. Nothing but the
 * latents is written: the decoders have no bias, so that all tools mean the same by a full model.
 *
 * @param options.kind default `mlp_out`
 * @param options.top latents that are active at a token; without it all that are above 0
 */
export function randomAutoencoders(
  { layers, dModel }: ModelSpec,
  count: number,
  { kind = "mlp_out", top, seed = 4 }: { kind?: LatentKind; top?: number; seed?: number } = {},
): Autoencoders {
  const random = new RandomValues(seed);
  return scope(() => {
    const matrix = (scale: number) => Tensor.from(random.normal(count * dModel, scale), { shape: [count, dModel] });
    const [encoder, decoder] = [matrix(0.05), matrix(0.05)];
    const blocks = Array.from({ length: layers }, (_, block) => {
      const order = random.distinct(count, count);
      return {
        encode: encoder.indexSelect(0, order),
        bias: Tensor.from(random.normal(count, 0.01)),
        decode: decoder.indexSelect(0, order),
        ...(kind === "across" && {
          decodeLater: Array.from({ length: layers - 1 - block }, () =>
            decoder.indexSelect(0, random.distinct(count, count)),
          ),
        }),
        outBias: Tensor.zeros([dModel]),
        ...(top !== undefined && { top }),
      };
    });
    return { input: kind === "mlp_out" ? "mlp_out" : "mlp_in", errors: false, blocks };
  });
}
