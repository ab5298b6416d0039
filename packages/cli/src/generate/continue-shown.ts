import type { PatchableModel } from "@autocircuit/core";
import { type ContinuedTokens, type ContinueOptions, continueTokens } from "@autocircuit/models";

/** Continues a text. Where that ends in an error, as when it is stopped, the new tokens that there are by then are shown before it is thrown. */
export async function continueShown(
  model: PatchableModel,
  prompt: readonly number[],
  { onToken, ...options }: ContinueOptions,
  show: (tokens: readonly number[]) => void,
): Promise<ContinuedTokens> {
  const tokens: number[] = [];
  try {
    return await continueTokens(model, prompt, {
      ...options,
      onToken: (written, token) => {
        tokens.push(token);
        onToken?.(written, token);
      },
    });
  } catch (error) {
    if (tokens.length > 0) show(tokens);
    throw error;
  }
}
