import type { AutoencoderParts } from "../autoencoder.ts";
import type { CrossLayerSetParts } from "../cross-layer-transcoder.ts";
import type { HowToRead } from "../weights.ts";
import type { Scale } from "./given-scale.ts";

/** The formats that are read. */
export const formatNames = [
  "saelens",
  "sparsify",
  "gemma-scope",
  "gemma-scope-2",
  "llama-scope",
  "circuit-tracer",
  "dictionary-learning",
  "openai",
] as const;

/** Whose files they are. */
export type FormatName = (typeof formatNames)[number];

/** Ways to read files that have several. */
export const readings = ["stored", "normalized", "autocircuit"] as const;

/**
 * `stored`: as the file has it. `normalized`: dictionary_learning's `AutoEncoder` with decoder rows of length 1, which is what its
 * `from_pretrained` makes. `autocircuit`: as the Python AutoCircuit reads it: OpenAI's with ReLU and without a normalisation, whatever the file
 * says.
 */
export type Reading = (typeof readings)[number];

/** What a format needs to know besides its files. */
export interface FormatContext extends HowToRead {
  /** Factor of inputs that files leave to the caller. */
  readonly scale: Scale | undefined;
  /** Repository the files are from, where that says what they are. */
  readonly repo: string | undefined;
  readonly reading: Reading;
  /** Blocks to read, all if undefined. */
  readonly blocks: ReadonlySet<number> | undefined;
}

/** What a folder holds: autoencoders of single activations, or one transcoder across blocks. */
export type FormatParts = { readonly each: readonly AutoencoderParts[] } | { readonly crossLayer: CrossLayerSetParts };

/** One format: the files by which it is known, and how they are read. */
export interface Format {
  readonly name: FormatName;
  /** In words. */
  readonly title: string;
  /** Files of which a folder has one each: names, or patterns of names, relative to it. */
  readonly signs: readonly (string | RegExp)[];
  /** @throws AutocircuitError for what is wrong in the files */
  readonly load: (folder: string, context: FormatContext) => Promise<FormatParts>;
}

/** Whether a block is among those that are to be read. */
export function isWanted(block: number | undefined, { blocks }: FormatContext): boolean {
  return blocks === undefined || (block !== undefined && blocks.has(block));
}

/** A pattern of names as people write it: `layer_N.safetensors`, `*.safetensors`, `params[_layer_N].safetensors`. */
export function patternInWords({ source }: RegExp): string {
  const words = source
    .replaceAll(/\(\\d\+\)|\\d\+/g, "N")
    .replaceAll(/\(([^)]*)\)\?/g, "[$1]")
    .replaceAll(/[\^$\\]/g, "");
  return source.startsWith("^") ? words : `*${words}`;
}
