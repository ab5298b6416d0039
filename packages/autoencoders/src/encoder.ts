import { scope, Tensor } from "@autocircuit/native";
import type { Activation } from "./activations/activation.ts";
import { NUMBERS_AT_ONCE } from "./numbers-at-once.ts";

/** What computes latents from normalised inputs. A plain object, so that `scope` hands its tensors on. */
export interface Encoder {
  /** `[d_in, latents]`, of the type to compute in. */
  readonly weight: Tensor;
  /** `[latents]` */
  readonly bias?: Tensor | undefined;
  /** `[d_in]`: subtracted from inputs. */
  readonly inputBias?: Tensor | undefined;
  /** `[latents]`: pre-activations are multiplied by it, and latents divided by it before they are decoded (lengths of decoder rows). */
  readonly latentNorms?: Tensor | undefined;
  readonly activation: Activation;
}

/** Latents `[rows, latents]` of normalised inputs `[rows, d_in]`. */
export function encodeRows(encoder: Encoder, input: Tensor): Tensor {
  const [rows, latents] = [input.shape[0]!, encoder.weight.shape[1]!];
  const step = Math.max(1, Math.floor(NUMBERS_AT_ONCE / latents));
  if (rows <= step) return encodeTogether(encoder, input);
  return scope(() => {
    const parts: Tensor[] = [];
    for (let row = 0; row < rows; row += step) {
      parts.push(encodeTogether(encoder, input.slice(0, row, Math.min(rows, row + step))));
    }
    return Tensor.cat(parts);
  });
}

function encodeTogether({ weight, bias, inputBias, latentNorms, activation }: Encoder, input: Tensor): Tensor {
  return scope(() => {
    const projected = (inputBias ? input.sub(inputBias) : input).matmul(weight);
    const p = bias ? projected.add(bias) : projected;
    return activation.apply(latentNorms ? p.mul(latentNorms) : p);
  });
}
