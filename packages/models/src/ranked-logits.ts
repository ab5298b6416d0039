import type { Tokenizer } from "@autocircuit/core";
import { TextTokenizer } from "./tokenizer/text-tokenizer.ts";

/** One token as what comes next. */
export interface LogitRow {
  /** 1 for the likeliest; among equals the lower id comes first. */
  readonly rank: number;
  /** Token id. */
  readonly token: number;
  /** With the space that begins it; null where the model has no tokenizer that knows. */
  readonly text: string | null;
  readonly logit: number;
  /** Softmax over the vocabulary. */
  readonly probability: number;
}

/** Tokens by their logits. */
export interface RankedLogits {
  /** The likeliest tokens, best first. */
  ranked: (count: number) => readonly LogitRow[];
  /** One token among all. */
  of: (token: number) => LogitRow;
}

/** Ranks and probabilities of one position's logits. */
export function rankedLogits(logits: Float64Array, tokenizer: Tokenizer | null): RankedLogits {
  const texts = tokenizer instanceof TextTokenizer ? tokenizer : null;
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  const ranks = new Map(order.map((token, place) => [token, place + 1]));
  const highest = logits[order[0]!]!;
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - highest), 0);
  const of = (token: number): LogitRow => ({
    ...{ rank: ranks.get(token)!, token, text: texts?.token(token) ?? null, logit: logits[token]! },
    probability: Math.exp(logits[token]! - highest) / sum,
  });
  return { ranked: (count) => order.slice(0, count).map(of), of };
}
