import { type PatchableModel, requireFinite, Tokens, throwIfAborted } from "@autocircuit/core";
import { type Prefix, Tensor } from "@autocircuit/native";
import type { ChooseToken } from "./choose.ts";

/** Why no more tokens were written. */
export type StopReason = "end of text" | "length" | "context";

/** How a text is continued. */
export interface ContinueOptions {
  choose: ChooseToken;
  /** Tokens that end a text; they are not written. */
  ends: ReadonlySet<number>;
  maxTokens: number;
  signal: AbortSignal;
  onToken?: (written: number) => void;
}

/**
 * Continues a text token by token. Keys and values of what is there are kept, so that each step runs one position.
 *
 * @returns the new tokens, and what stopped them
 */
export async function continueTokens(
  model: PatchableModel,
  prompt: readonly number[],
  { choose, ends, maxTokens, signal, onToken }: ContinueOptions,
): Promise<{ tokens: number[]; stopped: StopReason }> {
  const tokens: number[] = [];
  let next = prompt;
  let prefix: Prefix | undefined;
  try {
    while (tokens.length < maxTokens) {
      throwIfAborted(signal);
      if (prompt.length + tokens.length >= model.config.context) return { tokens, stopped: "context" };
      const ids = Tensor.from(BigInt64Array.from(next, BigInt), { shape: [1, next.length], dtype: "int64" });
      using input = new Tokens(ids, { prefix });
      const positions = [next.length - 1];
      const result = await model.run(input, { positions, keysValues: true, signal });
      prefix?.dispose();
      prefix = result.prefix!;
      using logits = result.logits!;
      await requireFinite(logits, { model, tokens: input, patched: () => "" });
      using row = logits.reshape([-1]);
      const token = await choose(row);
      if (ends.has(token)) return { tokens, stopped: "end of text" };
      tokens.push(token);
      next = [token];
      onToken?.(tokens.length);
    }
    return { tokens, stopped: "length" };
  } finally {
    prefix?.dispose();
  }
}
