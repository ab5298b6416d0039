import type { LatentNumbers, Tensor } from "@autocircuit/native";
import type { Decoder } from "./decoder.ts";
import type { Encoder } from "./encoder.ts";
import type { MadeFor } from "./made-for.ts";
import type { Normalisation } from "./normalisations/normalisation.ts";

/** What an autoencoder is made of. A plain object, so that `scope` hands its tensors on. */
export interface AutoencoderParts {
  /** File or folder it was read from. */
  readonly path: string;
  /** What it reads: TransformerLens's name, or a module path with its side. */
  readonly hookIn: string;
  /** What it replaces: the same, but for transcoders. */
  readonly hookOut: string;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  /** `[d_out]` */
  readonly outputBias: Tensor;
  /** `[d_in, d_out]`: added to the output, from inputs as they are. */
  readonly skip?: Tensor | undefined;
  readonly normalisation: Normalisation;
  /** The model it was trained on, if the file says. */
  readonly modelName?: string | undefined;
  /** Undefined for one that is to read whatever a model's weights give. */
  readonly madeFor: MadeFor | undefined;
  /** What its latents are called, where they are some of another file's. */
  readonly latentNumbers?: LatentNumbers | undefined;
  /** See {@link fingerprintOf}. */
  readonly fingerprint?: string | undefined;
}
