import { Circuit, type PatchableModel, type Tokens } from "@autocircuit/core";
import { type Ablation, type Replacement, scope, Tensor, type TransformerConfig } from "@autocircuit/native";
import { CrossingEdges, headInputs } from "./crossing-edges.ts";
import { allowedPairs, attentionScores, type HeadValues, headValues, mayAttend } from "./head-values.ts";
import type { SpanCircuit } from "./span-circuit.ts";

/** What is run, and how. */
export interface CutHeadsOptions {
  readonly circuit: SpanCircuit;
  /** The span of each token of each prompt. */
  readonly tokens: readonly Uint16Array[];
  /** What is ablated of the edges between components, [B, E]. */
  readonly mask: Tensor;
  readonly ablation: Ablation;
  readonly signal: AbortSignal | undefined;
}

/**
 * What the heads of blocks that lose crossing edges give (`hook_z`): each block in turn reads what the pass has there with the cuts of those before
 * it, and attends with the ablated query, key or value at every pair of tokens whose edge is cut. Other blocks are left alone.
 */
export async function cutHeads(
  model: PatchableModel,
  clean: Tokens,
  { circuit, tokens, mask, ablation, signal }: CutHeadsOptions,
): Promise<Replacement[]> {
  const { config, graph } = model;
  const kept = keptPairs(circuit, config, tokens);
  const blocks = [...kept.keys()];
  if (blocks.length === 0) return [];
  const everything = Circuit.of(graph, []).complement();
  const ablated = await headValues(model, clean, blocks, { ablate: everything, ablation, signal });
  const replace: Replacement[] = [];
  for (const [place, block] of blocks.entries()) {
    const [own] = await headValues(model, clean, [block], {
      ...{ ablate: mask, ablation, signal },
      ...(replace.length > 0 && { replace }),
    });
    const value = attendKept(config, block, { own: own!, ablated: ablated[place]!, kept: kept.get(block)! });
    replace.push({ hook: `blocks.${block}.attn.hook_z`, value });
  }
  return replace;
}

/** 1 where a pair of tokens is kept, [3, B, heads, P, P] from queries to keys, for each block that loses one. */
function keptPairs(
  circuit: SpanCircuit,
  config: TransformerConfig,
  tokens: readonly Uint16Array[],
): Map<number, Uint8Array> {
  const all = new Map<number, Uint8Array>();
  const { crossing } = circuit;
  if (crossing === null) return all;
  const edges = new CrossingEdges(circuit.graph, circuit.spans);
  const [spans, length] = [circuit.spans.length, tokens[0]!.length];
  for (let block = 0; block < edges.blocks; block++) {
    const kept = new Uint8Array(headInputs.length * tokens.length * edges.heads * length ** 2);
    let cell = 0;
    let loses = false;
    for (let input = 0; input < headInputs.length; input++)
      for (const ofTokens of tokens)
        for (let head = 0; head < edges.heads; head++) {
          const first = edges.place(block, head, input);
          for (let query = 0; query < length; query++)
            for (let key = 0; key < length; key++) {
              const member = crossing[first + ofTokens[key]! * spans + ofTokens[query]!]!;
              kept[cell++] = member;
              loses ||= member === 0 && mayAttend(config, block, query, key);
            }
        }
    if (loses) all.set(block, kept);
  }
  return all;
}

/** [B, P, heads, dHead]: every pair of tokens meets with what it keeps, of a query and a key, and carries the value it keeps. */
function attendKept(
  config: TransformerConfig,
  block: number,
  { own, ablated, kept }: { own: HeadValues; ablated: HeadValues; kept: Uint8Array },
): Tensor {
  return scope(() => {
    const [batch, heads, length] = own.q.shape as [number, number, number];
    const allowed = allowedPairs(config, block, length);
    const keeps = Tensor.from(kept, { shape: [3, batch, heads, length, length], dtype: "uint8" }).ne(0);
    const [keepsQ, keepsK, keepsV] = [0, 1, 2].map((input) => keeps.select(0, input)) as [Tensor, Tensor, Tensor];
    const forQuery = (q: Tensor) =>
      Tensor.where(
        keepsK,
        attentionScores(config, { q, k: own.k }, allowed),
        attentionScores(config, { q, k: ablated.k }, allowed),
      );
    const pattern = Tensor.where(keepsQ, forQuery(own.q), forQuery(ablated.q)).softmax(-1);
    const z = Tensor.where(keepsV, pattern, 0)
      .matmul(own.v)
      .add(Tensor.where(keepsV, 0, pattern).matmul(ablated.v));
    return z.transpose(1, 2).contiguous();
  });
}
