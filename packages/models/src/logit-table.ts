import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type PatchableModel } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { encode, promptIds, requireToken } from "./generate/prompt-ids.ts";
import { type LogitRow, rankedLogits } from "./ranked-logits.ts";

/** What a model makes of a prompt's last position. */
export interface LogitTable {
  /** The prompt's token ids, the one that starts a text included. */
  readonly prompt: readonly number[];
  /** The likeliest tokens, best first. */
  readonly top: readonly LogitRow[];
  /** The answers that were asked for, in that order. */
  readonly answers: readonly LogitRow[];
}

/** Options of {@link logitTable}. */
export interface LogitTableOptions {
  /** How many of the likeliest tokens. Default 10. */
  readonly top?: number | undefined;
  /** Answers to look up: token ids, or texts of one token. */
  readonly answers?: readonly (number | string)[] | undefined;
  /** For a prompt given as text: begin with the token that starts a text, if the model has one. Default true. */
  readonly prependBos?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const answer = kind.either(kind.whole, kind.text);
const check = signature(
  "logitTable",
  { model: coreKinds.patchableModel, prompt: kind.either(kind.text, kind.listOf(kind.whole)) },
  {
    top: kind.count,
    answers: kind.listOf(answer),
    prependBos: kind.flag,
    signal: kind.signal,
  } satisfies KindsOf<LogitTableOptions>,
);

/**
 * What comes next after a prompt: the likeliest tokens with logits and probabilities, and where given answers rank among all.
 *
 * @param prompt a text, which needs the model's tokenizer, or token ids, which are taken as they are
 * @throws AutocircuitError `bad-input` for an empty prompt, a text without a tokenizer, an answer of several tokens, an id outside the
 *   vocabulary; `not-finite`; `aborted`
 * @example
 * using model = await loadModel("models/gpt2");
 * const { top, answers } = await logitTable(model, "The capital of France is", { answers: [" Paris"] });
 * console.table(top);
 */
export async function logitTable(
  model: PatchableModel,
  prompt: string | readonly number[],
  options: LogitTableOptions = {},
): Promise<LogitTable> {
  check({ model, prompt }, options);
  const { top = 10, answers = [], prependBos, signal } = options;
  const { tokenizer } = model;
  const ids = promptIds(prompt, { tokenizer, prependBos, vocabulary: model.config.dVocab });
  const wanted = answers.map((one) => (typeof one === "number" ? one : single(one, encode(one, tokenizer))));
  for (const id of wanted) requireToken(id, model.config.dVocabOut, "An answer");

  const logits = await scope(async () => {
    const tokens = Tensor.from(BigInt64Array.from(ids, BigInt), { shape: [1, ids.length], dtype: "int64" });
    const all = await model.forward(tokens, { positions: [ids.length - 1], signal });
    return new Float64Array((await all.reshape([-1]).data()) as Float32Array | Float64Array);
  });
  const { ranked, of } = rankedLogits(logits, model.tokenizer);
  return { prompt: ids, top: ranked(top), answers: wanted.map(of) };
}

function single(text: string, ids: readonly number[]): number {
  if (ids.length === 1) return ids[0]!;
  throw new AutocircuitError(
    "bad-input",
    `The answer ${JSON.stringify(text)} is ${ids.length} tokens, not one. Most words begin with a space: ${JSON.stringify(` ${text.trim()}`)}.`,
  );
}
