import type { CompiledModel } from "../compile/compile.ts";
import type { Token, Value } from "../values/value.ts";

/** What a reader needs, beside weights and config, to use a compiled model. */
export interface VocabularyJson {
  /** Tokens in id order. */
  readonly tokens: readonly Token[];
  readonly bos: Token;
  readonly pad: Token;
  readonly outputEncoding: "categorical" | "numerical";
  /** Values in the order of the outputs; empty for a numerical program. */
  readonly outputValues: readonly Value[];
  readonly residualLabels: readonly string[];
}

/** Collects {@link VocabularyJson} from a compiled model. */
export function vocabularyJson({ input, output, settings, residualLabels }: CompiledModel): VocabularyJson {
  return {
    tokens: input.tokens,
    bos: settings.bos,
    pad: settings.pad,
    outputEncoding: output.encoding,
    outputValues: output.values,
    residualLabels,
  };
}
