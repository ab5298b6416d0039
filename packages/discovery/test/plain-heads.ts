import type { ActivationsOptions, PatchableModel, Tokens } from "@autocircuit/core";
import type { TransformerConfig } from "@autocircuit/native";

type Vector = readonly number[];
/** [prompt][position][head] */
type Vectors = readonly (readonly (readonly Vector[])[])[];

/** What the heads of a block attend with, as plain numbers, once per query head. */
export interface PlainHeads {
  readonly q: Vectors;
  readonly k: Vectors;
  readonly v: Vectors;
}

/** Reads queries, keys and values at their hook points. */
export async function plainHeads(
  model: PatchableModel,
  tokens: Tokens,
  block: number,
  options: ActivationsOptions = {},
): Promise<PlainHeads> {
  const { positions, heads } = model.config;
  const prefix = positions === "rotary" ? "rot_" : "";
  const names = [`hook_${prefix}q`, `hook_${prefix}k`, "hook_v"].map((name) => `blocks.${block}.attn.${name}`);
  using seen = await model.activations(tokens, names, options);
  const [q, k, v] = await Promise.all(
    names.map(async (name) => {
      const rows = (await seen.of(name).toArray()) as unknown as Vectors;
      const per = heads / rows[0]![0]!.length;
      return rows.map((prompt) => prompt.map((position) => position.flatMap((vector) => Array(per).fill(vector))));
    }),
  );
  return { q: q!, k: k!, v: v! };
}

/** The score of a query for a key. */
export function plainScore({ attnScale, attnSoftcap }: TransformerConfig, query: Vector, key: Vector): number {
  const score = query.reduce((sum, x, d) => sum + x * key[d]!, 0) / attnScale;
  return attnSoftcap ? attnSoftcap * Math.tanh(score / attnSoftcap) : score;
}

/** What a query gets from the keys that it may attend to. */
export function plainRow(
  { causal, window, dHead }: TransformerConfig,
  block: number,
  query: number,
  keys: number,
  { score, value }: { score: (key: number) => number; value: (key: number) => Vector },
): number[] {
  const reach = window?.[block] ?? 0;
  const seen = Array.from({ length: keys }, (_, key) => key).filter(
    (key) => (!causal || key <= query) && (reach === 0 || query - key < reach),
  );
  const most = Math.max(...seen.map(score));
  const weights = seen.map((key) => Math.exp(score(key) - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: dHead }, (_, d) =>
    seen.reduce((sum, key, i) => sum + (weights[i]! / total) * value(key)[d]!, 0),
  );
}
