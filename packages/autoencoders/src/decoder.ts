import type { DType } from "@autocircuit/base";
import { scope, Tensor } from "@autocircuit/native";
import { requireFiniteDecoder } from "./finite.ts";
import { NUMBERS_AT_ONCE } from "./numbers-at-once.ts";
import type { Weights } from "./weights.ts";

/** Decoders of at most this many numbers are looked through when they are loaded, larger ones row by row as rows are used. */
const CHECKED_AT_LOAD = 1 << 28;

/** The rows that latents write. A plain object, so that `scope` hands its tensors on. */
export interface Decoder {
  /** `[latents, d_out]` as the file stores it: mapped where that is possible, so that rows are read when they are used. */
  readonly rows: Tensor;
  /** Latents are multiplied by it before; a number, or `[latents]`. */
  readonly factor?: Tensor | number | undefined;
  /** Whether all rows are known to be finite. */
  readonly checked: boolean;
  /** File and tensor, for messages. */
  readonly where: string;
}

/**
 * A decoder whose rows are looked at: at once if they are not too many.
 *
 * @param rows of these weights
 * @throws AutocircuitError `bad-file` for rows that are no numbers, or too large
 */
export async function checkedDecoder(rows: Tensor, weights: Weights, factor?: Tensor | number): Promise<Decoder> {
  const { path: where, headersOnly } = weights;
  const checked = !headersOnly && rows.size <= CHECKED_AT_LOAD;
  if (checked) await requireFiniteDecoder(rows, `${where}: the decoder`);
  return { rows, factor, checked, where };
}

/** Lengths `[latents]` of a decoder's rows, in the type to compute in. */
export function rowLengths(rows: Tensor, dtype: DType): Tensor {
  return scope(() => {
    const parts: Tensor[] = [];
    const step = rowsAtOnce(rows);
    for (let row = 0; row < rows.shape[0]!; row += step) {
      const part = rows.slice(0, row, row + step).to(dtype);
      parts.push(part.mul(part).sum(-1).sqrt());
    }
    return Tensor.cat(parts);
  });
}

/**
 * What latents write: `latents @ rows`, reading only the rows of latents that are active somewhere.
 *
 * @param latents `[n, latents]`, of the type to compute in
 * @returns `[n, d_out]`
 * @throws AutocircuitError `bad-file` for rows that were not looked at before
 */
export async function decodeRows(decoder: Decoder, latents: Tensor): Promise<Tensor> {
  return scope(async () => {
    const scaled = decoder.factor === undefined ? latents : latents.mul(decoder.factor);
    const active = await activeColumns(scaled);
    let sum = Tensor.zeros([latents.shape[0]!, decoder.rows.shape[1]!], { dtype: latents.dtype });
    const step = rowsAtOnce(decoder.rows);
    for (let first = 0; first < active.length; first += step) {
      const some = active.slice(first, first + step);
      const rows = pick(decoder.rows, 0, some).to(latents.dtype);
      if (!decoder.checked) await requireFiniteDecoder(rows, `${decoder.where}: the decoder`);
      sum = sum.add(pick(scaled, 1, some).matmul(rows));
    }
    return sum;
  });
}

/** Latents that are not 0 in every row. */
async function activeColumns(latents: Tensor): Promise<number[]> {
  const counts = await latents.ne(0).sum(0).data();
  const active: number[] = [];
  for (let column = 0; column < counts.length; column++) if (Number(counts[column]) > 0) active.push(column);
  return active;
}

/** Slices at some places, without a copy where they are all there are. */
function pick(tensor: Tensor, dim: number, places: readonly number[]): Tensor {
  return places.length === tensor.shape[dim] ? tensor : tensor.indexSelect(dim, places);
}

function rowsAtOnce(rows: Tensor): number {
  return Math.max(1, Math.floor(NUMBERS_AT_ONCE / rows.shape[1]!));
}
