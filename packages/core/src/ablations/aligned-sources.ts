import { scope, Tensor } from "@autocircuit/native";
import type { RunningModel } from "../model/sized-model.ts";
import type { Counterpart, Tokens } from "../prompts/tokens.ts";

/**
 * Source outputs of a run, moved to the positions of the other prompts of their pairs: what a position of the other prompt takes
 * from its partner. One without a partner keeps what it has in the run of the other prompts.
 *
 * @param tokens `[B, P]`
 * @returns `[S, B, P, D]`, the caller's
 */
export async function alignedSources(
  model: RunningModel,
  tokens: Tokens,
  { tokens: otherTokens, partners }: Counterpart,
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  using theirs = await model.sourceOutputs(tokens, signal && { signal });
  using others = otherTokens();
  using own = await model.sourceOutputs(others, signal && { signal });
  const [sourceCount, batch, length, width] = own.shape as [number, number, number, number];
  const from = new BigInt64Array(batch * length);
  const has = new Uint8Array(batch * length);
  partners.forEach((row, example) => {
    row.forEach((partner, position) => {
      if (partner === null) return;
      const cell = example * length + position + (others.padding?.[example] ?? 0);
      from[cell] = BigInt(partner + (tokens.padding?.[example] ?? 0));
      has[cell] = 1;
    });
  });
  return scope(() => {
    const index = Tensor.from(from, { shape: [1, batch, length, 1], dtype: "int64" });
    const taken = Tensor.from(has, { shape: [1, batch, length, 1], dtype: "uint8" }).gt(0);
    return Tensor.where(taken, theirs.gather(2, index.expand([sourceCount, batch, length, width])), own);
  });
}
