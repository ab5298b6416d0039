import type { Tensor, TransformerConfig } from "@autocircuit/native";
import type { GgufFile } from "../gguf-file.ts";

/** How one architecture of llama.cpp becomes one of `transformers`, whose configuration and weights the engine's are made of. */
export interface Architecture {
  /** `general.architecture` */
  readonly name: string;
  /**
   * What `config.json` would say, `model_type` included.
   *
   * @throws AutocircuitError `bad-file` for entries that are missing, and for what the engine does not do
   */
  config(file: GgufFile): Readonly<Record<string, unknown>>;
  /** The name in the file of a weight of `transformers`. */
  stored(name: string): string;
  /** How a stored weight differs from that of `transformers`. */
  change?(name: string, config: TransformerConfig): Change | undefined;
}

/** A weight that is stored differently. */
export interface Change {
  /** The stored shape is the other way round. */
  readonly transposed?: boolean;
  /** Makes the weight of `transformers` of what is stored. */
  readonly restore: (stored: Tensor) => Tensor;
}

/** Name of a weight in a block: `NAME.N.PART.weight` becomes `blk.N.PART.weight`. */
export function storedInBlock(name: string, blocks: RegExp, parts: Readonly<Record<string, string>>): string {
  const [, layer, part, kind] = blocks.exec(name) ?? [];
  return part !== undefined && Object.hasOwn(parts, part) ? `blk.${layer}.${parts[part]}.${kind}` : name;
}
