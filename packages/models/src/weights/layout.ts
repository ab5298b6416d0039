import type { TransformerConfig } from "@autocircuit/native";

/** One weight of a transformer, under its TransformerLens name. */
export interface WeightSlot {
  readonly name: string;
  readonly shape: readonly number[];
  /** Biases and the weights of norms may be left out. */
  readonly optional: boolean;
}

/** Every weight a transformer of this configuration can have, in network order. */
export function weightLayout(config: TransformerConfig): WeightSlot[] {
  const { dModel: d, dVocab, dVocabOut, layers } = config;
  const slots: WeightSlot[] = [need("embed.W_E", dVocab, d)];
  if (config.positions === "learned") {
    slots.push(need("pos_embed.W_pos", config.context + (config.positionOffset ?? 0), d));
  }
  for (let layer = 0; layer < layers; layer++) slots.push(...blockLayout(config, `blocks.${layer}`));
  slots.push(...normLayout(config, "ln_final"), need("unembed.W_U", d, dVocabOut), may("unembed.b_U", dVocabOut));
  return slots;
}

function blockLayout(config: TransformerConfig, block: string): WeightSlot[] {
  const { dModel: d, dMlp, heads, kvHeads, dHead } = config;
  const preNorm = config.preNorm ?? true;
  const slots = preNorm ? normLayout(config, `${block}.ln1`) : [];
  slots.push(
    need(`${block}.attn.W_Q`, heads, d, dHead),
    need(`${block}.attn.W_K`, kvHeads, d, dHead),
    need(`${block}.attn.W_V`, kvHeads, d, dHead),
    need(`${block}.attn.W_O`, heads, dHead, d),
    may(`${block}.attn.b_Q`, heads, dHead),
    may(`${block}.attn.b_K`, kvHeads, dHead),
    may(`${block}.attn.b_V`, kvHeads, dHead),
    may(`${block}.attn.b_O`, d),
  );
  if (config.qkNorm) {
    const full = config.qkNorm === "full";
    slots.push(need(`${block}.attn.q_norm.w`, full ? heads * dHead : dHead));
    slots.push(need(`${block}.attn.k_norm.w`, full ? kvHeads * dHead : dHead));
  }
  slots.push(...normLayout(config, `${block}.ln1_post`));
  if (config.attnOnly) return slots;
  if (preNorm) slots.push(...normLayout(config, `${block}.ln2`));
  slots.push(need(`${block}.mlp.W_in`, d, dMlp));
  if (config.gated) slots.push(need(`${block}.mlp.W_gate`, d, dMlp), may(`${block}.mlp.b_gate`, dMlp));
  slots.push(may(`${block}.mlp.b_in`, dMlp), need(`${block}.mlp.W_out`, dMlp, d), may(`${block}.mlp.b_out`, d));
  slots.push(...normLayout(config, `${block}.ln2_post`));
  return slots;
}

function normLayout(config: TransformerConfig, name: string): WeightSlot[] {
  if (config.norm === "none") return [];
  const weight = may(`${name}.w`, config.dModel);
  return config.norm === "layer" ? [weight, may(`${name}.b`, config.dModel)] : [weight];
}

function need(name: string, ...shape: number[]): WeightSlot {
  return { name, shape, optional: false };
}

function may(name: string, ...shape: number[]): WeightSlot {
  return { name, shape, optional: true };
}
