import { AutocircuitError } from "@autocircuit/base";
import { type Prefix, Tensor } from "@autocircuit/native";
import type { Partners } from "./partners.ts";
import { keepPromptNumbers } from "./prompt-numbers.ts";

/** What a tensor of tokens does not show by itself. */
export interface TokenContext {
  /** Padded positions on the left, one number per row; absent where nothing is padded. */
  readonly padding?: readonly number[];
  /** Cached keys and values of the tokens that come before these. */
  readonly prefix?: Prefix;
  /** Whether the prefix is one for all rows; without it every row may have its own. */
  readonly prefixShared?: boolean;
  /** The other prompts of their pairs, where positions that belong together have different numbers. */
  readonly counterpart?: Counterpart;
  /** What is wrong with pairs of unequal length of which nobody said how they belong together. */
  readonly unequal?: string;
}

/** The other prompts of some pairs. */
export interface Counterpart {
  /** Their tokens, int64 `[B, P]`; they stay their owner's. */
  readonly tokens: () => Tensor;
  /** For each of them, position by position (padding not counted), which position of ours it takes its value from. */
  readonly partners: readonly Partners[];
}

const contexts = new WeakMap<Tensor, TokenContext>();

/**
 * Remembers padding and prefix of a tensor of tokens. `PatchableModel` reads them when it is given that tensor, so
 * `model.forward(batch.clean)` is right for padded prompts and for prompts whose common prefix was cut off.
 */
export function describeTokens(tokens: Tensor, context: TokenContext): Tensor {
  contexts.set(tokens, context);
  return tokens;
}

/** Padding and prefix of a tensor of tokens; empty for a tensor that was never described. */
export function tokenContext(tokens: Tensor): TokenContext {
  return contexts.get(tokens) ?? {};
}

/**
 * Some rows of a tensor of tokens, with their padding and prefix. The caller disposes the result.
 *
 * @throws AutocircuitError `bad-input` if each row has a prefix of its own: those cannot be taken apart.
 */
export function sliceTokens(tokens: Tensor, start: number, end: number): Tensor {
  const { padding, counterpart: _, ...context } = tokenContext(tokens);
  if (!canSlice(tokens)) {
    throw new AutocircuitError("bad-input", "Prompts with a cached prefix each cannot be sliced: run them together.");
  }
  const pads = padding?.slice(start, end);
  const some = tokens.slice(0, start, end);
  keepPromptNumbers(tokens, some, start);
  return describeTokens(some, { ...context, ...(pads && { padding: pads }) });
}

/** Whether {@link sliceTokens} can take some of the rows. */
export function canSlice(tokens: Tensor): boolean {
  const { prefix, prefixShared } = tokenContext(tokens);
  return prefix === undefined || prefixShared === true;
}

/**
 * The same tokens several times over, `[B, P]` to `[times * B, P]` (the whole batch, then the whole batch again), with their
 * padding: what a pass with `times` masks needs. A cached prefix must be one for all prompts (`SharedPrefix` of kind
 * `one`). The caller disposes the result.
 */
export function repeatTokens(tokens: Tensor, times: number): Tensor {
  const { padding, counterpart, ...context } = tokenContext(tokens);
  const repeated = Tensor.cat(Array.from({ length: times }, () => tokens));
  keepPromptNumbers(tokens, repeated);
  return describeTokens(repeated, {
    ...(padding && { padding: Array.from({ length: times }, () => padding).flat() }),
    ...context,
    // The others are not repeated.
    ...(counterpart && { unequal: "Prompts that are aligned with others cannot be resampled once they are repeated" }),
  });
}
