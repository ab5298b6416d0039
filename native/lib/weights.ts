import { AutocircuitError, nearNames } from "@autocircuit/base";
import { isFloating } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";
import type { TransformerConfig } from "./transformer-config.ts";
import { weightShapes } from "./weight-shapes.ts";

/**
 * A transformer's parameters by TransformerLens name:
 *
 * - `embed.W_E` [vocab, d], `pos_embed.W_pos` [context + positionOffset, d], `unembed.W_U` [d, vocabOut], `unembed.b_U`
 * - `ln_final.w`, `ln_final.b`, and per block L: `blocks.L.ln1`, `ln1_post`, `ln2`, `ln2_post` (each `.w`, `.b`, [d])
 * - `blocks.L.attn.W_Q` [heads, d, dHead], `W_K`, `W_V` [kvHeads, d, dHead], `W_O` [heads, dHead, d],
 *   `b_Q` [heads, dHead], `b_K`, `b_V` [kvHeads, dHead], `b_O` [d], `q_norm.w`, `k_norm.w`
 * - `blocks.L.mlp.W_in` [d, dMlp], `W_gate` [d, dMlp], `b_in`, `b_gate` [dMlp], `W_out` [dMlp, d], `b_out` [d]
 *
 * Biases and norm weights are optional. Strided views are fine and are not copied where a matrix product can use them.
 */
export type Weights = Readonly<Record<string, Tensor>>;

/** Checks names, shapes and element types. The values themselves are checked on the executor. */
export function checkWeights(config: TransformerConfig, weights: Weights): void {
  const known = weightShapes(config);
  for (const [name, tensor] of Object.entries(weights)) {
    const expected = known.get(name);
    if (expected === undefined) throw unknownWeight(name, known.keys());
    if (tensor.shape.join() !== expected.shape.join()) {
      throw new AutocircuitError(
        "shape",
        `Weight '${name}' has shape [${tensor.shape.join(", ")}], the configuration asks for [${expected.shape.join(", ")}].`,
      );
    }
    if (!isFloating(tensor.dtype)) {
      throw new AutocircuitError("dtype", `Weight '${name}' is ${tensor.dtype}; weights are floating point numbers.`);
    }
  }
  for (const [name, { required, shape }] of known) {
    if (required && weights[name] === undefined) {
      throw new AutocircuitError("unknown-name", `Weight '${name}' [${shape.join(", ")}] is missing.`);
    }
  }
}

function unknownWeight(name: string, known: Iterable<string>): AutocircuitError {
  const near = nearNames(name, known);
  const hint = near.length > 0 ? ` Did you mean ${near.map((candidate) => `'${candidate}'`).join(" or ")}?` : "";
  return new AutocircuitError(
    "unknown-name",
    `Weight '${name}' is not part of this architecture.${hint} ` +
      "Remove it, or correct the configuration (attnOnly, gated, positions, qkNorm).",
  );
}
