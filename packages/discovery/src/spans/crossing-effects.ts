import { memoryBudgets, tensorBytes } from "@autocircuit/core";
import { scope, Tensor, type TransformerConfig } from "@autocircuit/native";
import { allowedPairs, attentionScores, type HeadValues } from "./head-values.ts";

/**
 * What a head's output changes by, to first order in the loss, where one pair of tokens is cut inside it: [3, B, heads, P, P], of queries, keys
 * and values, from the query's token to the key's. The head is computed anew with every replaced number alone, through the softmax:
 *
 * - Q: the score of the pair is that of the ablated query, all others stay,
 * - K: it is that for the ablated key,
 * - V: what is carried over the pair is ablated.
 *
 * @param clean what the heads of the block attend with in the run that counts
 * @param ablated the same where all edges are ablated
 * @param gradient of the loss by the heads' outputs z, [B, P, heads, dHead]
 */
export function crossingEffects(
  config: TransformerConfig,
  block: number,
  { clean, ablated, gradient }: { clean: HeadValues; ablated: HeadValues; gradient: Tensor },
): Tensor {
  return scope(() => {
    const { q, k, v } = clean;
    const allowed = allowedPairs(config, block, q.shape[2]!);
    const scores = attentionScores(config, clean, allowed);
    const pattern = scores.softmax(-1);
    const ofZ = gradient.to(q.dtype).transpose(1, 2);
    // What a unit of attention from a query to a key adds to the loss.
    const worth = ofZ.matmul(v.transpose(2, 3));
    const replaced = (by: Pick<HeadValues, "q" | "k">) =>
      replacedScores({ scores, pattern, worth, others: attentionScores(config, by, allowed) });
    const carried = ofZ.matmul(ablated.v.sub(v).transpose(2, 3)).mul(pattern);
    return Tensor.stack([replaced({ q: ablated.q, k }), replaced({ q, k: ablated.k }), carried]);
  });
}

/** The change of <gradient, output> where the score of one pair alone is another: the softmax of its row with that score, for each key in turn. */
function replacedScores({
  scores,
  pattern,
  worth,
  others,
}: Record<"scores" | "pattern" | "worth" | "others", Tensor>): Tensor {
  const length = scores.shape[3]!;
  const atOnce = Math.max(1, Math.floor(memoryBudgets.replacedPatterns / tensorBytes(scores)));
  const parts: Tensor[] = [];
  for (let first = 0; first < length; first += atOnce) {
    const count = Math.min(atOnce, length - first);
    const part = scope(() => {
      const keys = Tensor.arange(length)
        .unsqueeze(0)
        .eq(
          Tensor.arange(length)
            .slice(0, first, first + count)
            .unsqueeze(1),
        );
      const rows = Tensor.where(keys.reshape([count, 1, 1, 1, length]), others, scores);
      return rows.softmax(-1).sub(pattern).mul(worth).sum(-1);
    });
    parts.push(part);
  }
  return Tensor.cat(parts).permute([1, 2, 3, 0]);
}
