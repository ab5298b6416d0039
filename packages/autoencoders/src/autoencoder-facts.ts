import type { LatentNumbers } from "@autocircuit/native";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import { hookPlace } from "./hooks.ts";
import type { MadeFor } from "./made-for.ts";
import { whyNoSources } from "./why-no-sources.ts";

/** What the files of an autoencoder, or of one block of a cross-layer transcoder, say of it: known before a weight is read. */
export class AutoencoderFacts {
  /** File or folder it was read from. */
  readonly path: string;
  /** What it reads: TransformerLens's name, or a module path with its side. */
  readonly hookIn: string;
  /** What it replaces: the same, but for transcoders. */
  readonly hookOut: string;
  /** Block it reads from; undefined for the embedding and for hooks whose names are not known. */
  readonly block: number | undefined;
  readonly modelName: string | undefined;
  /** How the weights of that model were processed, as far as the files tell. */
  readonly madeFor: MadeFor | undefined;
  readonly dIn: number;
  readonly dOut: number;
  /** Number of latents. */
  readonly dSae: number;
  /** In the field's words: `relu`, `jumprelu`, `topk`, ... */
  readonly activation: string;
  /** Decoders: 1, or of a block of a cross-layer transcoder one for each block that it writes to. */
  readonly decoders: number;
  /** Whether something goes from input to output that is no latent's. */
  readonly hasSkip: boolean;
  /** What its latents are called, where they are some of another file's. */
  readonly latentNumbers: LatentNumbers | undefined;
  /** Why its latents can be no sources of a model, as far as is known before a weight is read. */
  readonly notSources: string | undefined;

  /** @internal */
  constructor(parts: Omit<AutoencoderParts, "outputBias" | "fingerprint">, decoders = 1) {
    const { path, hookIn, hookOut, modelName, madeFor, encoder, decoder } = parts;
    this.path = path;
    this.hookIn = hookIn;
    this.hookOut = hookOut;
    this.block = hookPlace(hookIn).block;
    this.modelName = modelName;
    this.madeFor = madeFor;
    [this.dIn, this.dSae] = encoder.weight.shape as [number, number];
    this.dOut = decoder.rows.shape[1]!;
    this.activation = encoder.activation.name;
    this.decoders = decoders;
    this.hasSkip = parts.skip !== undefined;
    this.latentNumbers = parts.latentNumbers;
    this.notSources = whyNoSources({ ...encoder, normalisation: parts.normalisation });
  }
}
