import { AutocircuitError } from "@autocircuit/base";
import type { ActivationsOptions, PatchableModel, Tokens } from "@autocircuit/core";
import { scope, Tensor, type TransformerConfig } from "@autocircuit/native";

/** What the heads of a block attend with, [B, heads, P, dHead] each: after norms and rotation, keys and values once per query head. */
export interface HeadValues {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}

/**
 * Queries, keys and values of all heads of some blocks in one pass. Of a model in half precision in float32.
 *
 * @throws AutocircuitError `bad-input` where queries and keys are normed and not rotated: no hook point has them between norm and product
 */
export async function headValues(
  model: PatchableModel,
  tokens: Tokens,
  blocks: readonly number[],
  options: ActivationsOptions = {},
): Promise<HeadValues[]> {
  const { config } = model;
  const rotary = config.positions === "rotary";
  if (config.qkNorm && !rotary)
    throw new AutocircuitError(
      "bad-input",
      "Crossing edges need the queries and keys that meet, and those of a network that norms but does not rotate them cannot be read.",
    );
  const names = rotary ? ["hook_rot_q", "hook_rot_k", "hook_v"] : ["hook_q", "hook_k", "hook_v"];
  const hooks = blocks.flatMap((block) => names.map((name) => `blocks.${block}.attn.${name}`));
  using seen = await model.activations(tokens, hooks, options);
  return scope(() =>
    blocks.map((_, place) => {
      const [q, k, v] = names.map((_, i) => perQueryHead(seen.of(hooks[place * names.length + i]!), config));
      return { q: q!, k: k!, v: v! };
    }),
  );
}

/** [B, P, heads or fewer, dHead] -> [B, heads, P, dHead] of its own. */
function perQueryHead(x: Tensor, { heads }: TransformerConfig): Tensor {
  const wide = x.dtype === "float64" ? x : x.to("float32");
  const all = x.shape[2] === heads ? wide : wide.repeatInterleave(heads / x.shape[2]!, 2);
  return all.transpose(1, 2).clone();
}

/** Whether a query may attend to a key: not to later ones where attention is causal, nor beyond the block's window. */
export function mayAttend({ causal, window }: TransformerConfig, block: number, query: number, key: number): boolean {
  const reach = window?.[block] ?? 0;
  return !(causal && key > query) && !(reach > 0 && query - key >= reach);
}

/** {@link mayAttend} of all pairs of tokens, from queries to keys: [P, P]. */
export function allowedPairs(config: TransformerConfig, block: number, length: number): Tensor {
  const may = Uint8Array.from({ length: length ** 2 }, (_, cell) =>
    Number(mayAttend(config, block, Math.floor(cell / length), cell % length)),
  );
  return scope(() => Tensor.from(may, { shape: [length, length], dtype: "uint8" }).ne(0));
}

/** Scores of all queries for all keys [B, heads, P, P], -Infinity where they may not meet. */
export function attentionScores(
  { attnScale, attnSoftcap }: TransformerConfig,
  { q, k }: Pick<HeadValues, "q" | "k">,
  allowed: Tensor,
): Tensor {
  return scope(() => {
    const scaled = q.matmul(k.transpose(2, 3)).div(attnScale);
    const capped = attnSoftcap ? scaled.div(attnSoftcap).tanh().mul(attnSoftcap) : scaled;
    return Tensor.where(allowed, capped, Number.NEGATIVE_INFINITY);
  });
}
