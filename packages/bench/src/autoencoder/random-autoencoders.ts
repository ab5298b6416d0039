import { type Autoencoders, scope, Tensor } from "@autocircuit/native";
import { RandomValues } from "../engine/random-values.ts";
import type { ModelSpec } from "../engine/specs.ts";

/**
 * Random autoencoders of MLP outputs without error terms: one matrix is drawn, and each block has its rows in another order. Nothing but the
 * latents is written: the decoders have no bias, so that all tools mean the same by a full model.
 *
 * @param options.top latents that are active at a token; without it all that are above 0
 */
export function randomAutoencoders(
  { layers, dModel }: ModelSpec,
  count: number,
  { top, seed = 4 }: { top?: number; seed?: number } = {},
): Autoencoders {
  const random = new RandomValues(seed);
  return scope(() => {
    const matrix = (scale: number) => Tensor.from(random.normal(count * dModel, scale), { shape: [count, dModel] });
    const [encoder, decoder] = [matrix(0.05), matrix(0.05)];
    const blocks = Array.from({ length: layers }, () => {
      const order = random.distinct(count, count);
      return {
        encode: encoder.indexSelect(0, order),
        bias: Tensor.from(random.normal(count, 0.01)),
        decode: decoder.indexSelect(0, order),
        outBias: Tensor.zeros([dModel]),
        ...(top !== undefined && { top }),
      };
    });
    return { input: "mlp_out" as const, errors: false, blocks };
  });
}
