import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type PatchableModel } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { type LogitRow, rankedLogits } from "./ranked-logits.ts";

/** Options of {@link logitLens}. */
export interface LogitLensOptions {
  /** How many of the likeliest tokens. Default 10. */
  readonly top?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const check = signature("logitLens", { model: coreKinds.patchableModel, vectors: coreKinds.tensor }, {
  top: kind.count,
  signal: kind.signal,
} satisfies KindsOf<LogitLensOptions>);

/**
 * The tokens that vectors of the residual stream speak for: each through the final norm and the unembedding, as if it stood at the network's
 * end (nostalgebraist 2020, "interpreting GPT: the logit lens").
 *
 * @param vectors floating point `[N, dModel]`: of the stream (`activations`), of sources, rows of a decoder
 * @returns for each vector its likeliest tokens, best first
 * @throws AutocircuitError `shape` for vectors of another width; `not-finite`; `aborted`
 * @example
 * using seen = await model.activations(batch.clean, ["blocks.1.hook_resid_post"], { positions: [14] });
 * const [first] = await logitLens(model, seen.of("blocks.1.hook_resid_post").reshape([-1, model.config.dModel]));
 */
export async function logitLens(
  model: PatchableModel,
  vectors: Tensor,
  options: LogitLensOptions = {},
): Promise<readonly (readonly LogitRow[])[]> {
  check({ model, vectors }, options);
  const { top = 10, signal } = options;
  const { dModel, layers, dVocabOut } = model.config;
  const [count, width] = vectors.shape;
  if (vectors.shape.length !== 2 || width !== dModel || count === 0) {
    throw new AutocircuitError("shape", `The vectors must be [N, ${dModel}], not [${vectors.shape}].`);
  }
  // What comes before the end is replaced, so one token of any kind will do for each vector.
  const end = `blocks.${layers - 1}.hook_resid_post`;
  const logits = await scope(async () => {
    const tokens = Tensor.from(new BigInt64Array(count!), { shape: [count!, 1], dtype: "int64" });
    const replace = [{ hook: end, value: vectors.reshape([count!, 1, dModel]) }];
    const all = await model
      .withGraph({ byToken: false, seqLen: null })
      .forward(tokens, { positions: [0], replace, signal });
    return new Float64Array((await all.reshape([-1]).data()) as Float32Array | Float64Array);
  });
  return Array.from({ length: count! }, (_, i) =>
    rankedLogits(logits.subarray(i * dVocabOut, (i + 1) * dVocabOut), model.tokenizer).ranked(top),
  );
}
