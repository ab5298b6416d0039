import { badFile, shownValue } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";
import type { ConfigReader } from "../config-reader.ts";
import { checkWeights } from "../weights/check-names.ts";
import { weightLayout } from "../weights/layout.ts";
import type { WeightSet } from "../weights/weight-set.ts";
import { norm } from "./config.ts";

/** Buffers that TransformerLens keeps among its weights; they follow from the configuration. */
const BUFFERS = /\.attn\.(mask|IGNORE|rotary_sin|rotary_cos|alibi)$/;

/**
 * The engine's name of a tensor in a TransformerLens file, or undefined for one that is not a weight.
 *
 * Models with grouped keys and values store them as `_W_K`, `_W_V`, `_b_K`, `_b_V`.
 */
export function weightName(stored: string): string | undefined {
  return BUFFERS.test(stored) ? undefined : stored.replace(/\.attn\._([Wb]_[KV])$/, ".attn.$1");
}

/**
 * Checks that these are the weights the configuration calls for, norms included.
 *
 * @returns what is left over
 * @throws AutocircuitError `bad-file`
 */
export function checkTransformerLensWeights(
  config: TransformerConfig,
  raw: ConfigReader,
  shapes: ReadonlyMap<string, readonly number[]>,
  where: string,
): string[] {
  const { kind, weights } = norm(raw);
  // RMSPre leaves the weights of the norms after attention and MLP in place: nothing behind them could take them up.
  const isNorm = /(^|\.)(ln1|ln2|ln_final)\.[wb]$/;
  const present = [...shapes.keys()].filter((name) => isNorm.test(name));
  if (present.length > 0 && !weights) {
    const type = kind === "none" ? "null" : shownValue(raw.raw("normalization_type"));
    throw badFile(where, `holds ${present[0]}, but normalization_type is ${type}, which has no weights.`);
  }
  const both = raw.boolean("use_normalization_before_and_after", false);
  const expected = weightLayout(config).map((slot) => {
    const required = (weights && /(ln1|ln2|ln_final)\.w$/.test(slot.name)) || (both && /_post\.w$/.test(slot.name));
    return required ? { ...slot, optional: false } : slot;
  });
  return checkWeights(expected, shapes, where);
}

/**
 * TransformerLens adds a gated MLP's `b_in` behind the product, `(act(x W_gate) * (x W_in) + b_in) W_out + b_out`, the engine
 * before it. Behind it the bias is a constant of the output: it moves into `b_out`, and the sum stays what it was.
 */
export function foldGatedBias(weights: WeightSet, layers: number): void {
  for (let layer = 0; layer < layers; layer++) {
    const mlp = `blocks.${layer}.mlp`;
    if (!weights.has(`${mlp}.b_in`)) continue;
    weights.addBias(`${mlp}.b_out`, () =>
      weights
        .get(`${mlp}.b_in`)
        .unsqueeze(0)
        .matmul(weights.get(`${mlp}.W_out`))
        .squeeze(0),
    );
    weights.delete(`${mlp}.b_in`);
  }
}

/**
 * GPT-2 variants trained by Mistral divide the scores of block l by l + 1 as well. That is folded into the queries.
 */
export function foldInverseBlockScale(weights: WeightSet, layers: number): void {
  for (let layer = 1; layer < layers; layer++) {
    for (const name of [`blocks.${layer}.attn.W_Q`, `blocks.${layer}.attn.b_Q`]) {
      if (weights.has(name)) weights.update(name, (query) => query.div(layer + 1));
    }
  }
}
