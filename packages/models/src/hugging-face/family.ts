import type { TransformerConfig } from "@autocircuit/native";
import type { ConfigReader } from "../config-reader.ts";
import type { WeightRule } from "./rules.ts";

/** How one architecture of `transformers` becomes the engine's. */
export interface Family {
  /** `model_type` in `config.json`. */
  readonly modelType: string;
  /** Words, in small letters, by which names of its models are known. */
  readonly named: RegExp;
  /** What names of weights begin with; checkpoints of the bare model, without its head, leave it out. */
  readonly prefix: string;
  /** Where the unembedding is stored. Tied models may store a copy of the embedding there. */
  readonly head: { readonly name: string; readonly tiedTo: string };
  /** Buffers that old checkpoints keep among the weights. */
  readonly buffers?: RegExp;
  /**
   * What the configuration class of `transformers` (5.24) has for keys that a `config.json` leaves out. A key that is not
   * here has no default there either: it is derived from others, or must be given.
   */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Other names of keys that the class knows, by the name used here (its `attribute_map`). */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Reads the configuration, refusing what the engine does not do. */
  config(raw: ConfigReader): TransformerConfig;
  /** Whether embedding and unembedding are one matrix. */
  tied(raw: ConfigReader): boolean;
  /** The weights a checkpoint holds, apart from a tied unembedding. */
  rules(config: TransformerConfig, raw: ConfigReader): WeightRule[];
}
