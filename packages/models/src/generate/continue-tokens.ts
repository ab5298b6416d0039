import { AutocircuitError, type KindsOf, kind, signature, USUAL_SEED } from "@autocircuit/base";
import { coreKinds, type PatchableModel, requireFinite, Tokens, throwIfAborted } from "@autocircuit/core";
import { type Prefix, Tensor } from "@autocircuit/native";
import { drawn, likeliest } from "./choose.ts";
import { promptIds } from "./prompt-ids.ts";
import { requireWriter } from "./require-writer.ts";
import { roomBehind } from "./room-behind.ts";

/** Why no more tokens were written. */
export type StopReason = "end of text" | "length" | "context";

/** What {@link continueTokens} wrote. */
export interface ContinuedTokens {
  /** The prompt's token ids, the one that starts a text included. */
  readonly prompt: readonly number[];
  /** The new tokens. */
  readonly tokens: readonly number[];
  readonly stopped: StopReason;
}

/** Options of {@link continueTokens}. */
export interface ContinueOptions {
  /** Most tokens to write. Default 50. */
  readonly maxTokens?: number | undefined;
  /** Draw tokens, what logits are divided by before: above 1 wilder, below 1 tamer. Default: the likeliest is taken. */
  readonly temperature?: number | undefined;
  /** Draw among so many of the likeliest tokens; needs `temperature`. Default: among all. */
  readonly topK?: number | undefined;
  /** Chooses what is drawn. */
  readonly seed?: number | undefined;
  /** For a prompt given as text: begin with the token that starts a text, if the model has one. Default true. */
  readonly prependBos?: boolean | undefined;
  /** Tokens that end a text; they are not written. Default: the model's `endTokens`. */
  readonly ends?: readonly number[] | undefined;
  /** Called with the number of tokens that are written, and the last of them. */
  readonly onToken?: ((written: number, token: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const check = signature(
  "continueTokens",
  { model: coreKinds.patchableModel, prompt: kind.either(kind.text, kind.listOf(kind.whole)) },
  {
    maxTokens: kind.count,
    temperature: kind.positive,
    topK: kind.count,
    seed: kind.whole,
    prependBos: kind.flag,
    ends: kind.listOf(kind.whole),
    onToken: kind.callback,
    signal: kind.signal,
  } satisfies KindsOf<ContinueOptions>,
);

/**
 * Continues a text token by token. Keys and values of what is there are kept, so that each step runs one position.
 *
 * @param prompt a text, which needs the model's tokenizer, or token ids, which are taken as they are
 * @throws AutocircuitError `bad-input` for a model that cannot continue a text, an empty prompt, a text without a tokenizer, an id outside the
 *   vocabulary, a prompt that fills the context, `topK` without `temperature`; `not-finite`; `aborted`
 * @example
 * using model = await loadModel("models/gpt2");
 * const { prompt, tokens } = await continueTokens(model, "The cat sat on the", { maxTokens: 5 });
 */
export async function continueTokens(
  model: PatchableModel,
  prompt: string | readonly number[],
  options: ContinueOptions = {},
): Promise<ContinuedTokens> {
  check({ model, prompt }, options);
  const { maxTokens = 50, temperature, topK, seed = USUAL_SEED, prependBos, signal, onToken } = options;
  if (topK !== undefined && temperature === undefined)
    throw new AutocircuitError(
      "bad-input",
      "`topK` needs `temperature`: without it the likeliest token is always taken.",
    );
  const { config, tokenizer } = model;
  requireWriter(config);
  const given = promptIds(prompt, { tokenizer, prependBos, vocabulary: config.dVocab });
  roomBehind(given.length, config.context);
  const choose = temperature === undefined ? likeliest : drawn(temperature, topK, seed);
  const ends = options.ends === undefined ? model.endTokens : new Set(options.ends);
  const tokens: number[] = [];
  const written = (stopped: StopReason) => ({ prompt: given, tokens, stopped });
  let next: readonly number[] = given;
  let prefix: Prefix | undefined;
  try {
    while (tokens.length < maxTokens) {
      throwIfAborted(signal);
      if (given.length + tokens.length >= config.context) return written("context");
      const ids = Tensor.from(BigInt64Array.from(next, BigInt), { shape: [1, next.length], dtype: "int64" });
      using input = new Tokens(ids, { prefix });
      const positions = [next.length - 1];
      const result = await model.run(input, { positions, keysValues: true, ...(signal && { signal }) });
      prefix?.dispose();
      prefix = result.prefix!;
      using logits = result.logits!;
      await requireFinite(logits, { model, tokens: input, patched: () => "" });
      using row = logits.reshape([-1]);
      const token = await choose(row);
      if (ends.has(token)) return written("end of text");
      tokens.push(token);
      next = [token];
      onToken?.(tokens.length, token);
    }
    return written("length");
  } finally {
    prefix?.dispose();
  }
}
