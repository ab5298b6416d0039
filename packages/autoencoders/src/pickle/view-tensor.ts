import { badFile, DTYPES } from "@autocircuit/base";
import { decodeValues } from "@autocircuit/models";
import { type HostArray, Tensor } from "@autocircuit/native";
import { elements, valuesAt } from "../files/stored-values.ts";
import type { TensorView } from "./values.ts";

/**
 * Refuses a view that does not lie in its storage, or that has more elements than it (repeated by strides of 0): what it would take to
 * copy is not bounded by the file.
 *
 * @throws AutocircuitError `bad-file`
 */
export function checkView({ storage, offset, shape, strides }: TensorView, where: string): void {
  const count = elements(shape);
  if (count === 0) return;
  const last = shape.reduce((at, size, dim) => at + (size - 1) * strides[dim]!, offset);
  if (last < storage.size && count <= storage.size) return;
  const problem = last < storage.size ? "has more elements than" : "reaches past the end of";
  throw badFile(
    where,
    `shape [${shape.join(", ")}] with strides [${strides.join(", ")}] ${problem} its storage of ${storage.size}.`,
  );
}

/**
 * The tensor of a view that was checked: mapped when its elements lie one after the other in some order of its dimensions, else copied.
 *
 * @param dataStart where its storage begins in the archive
 * @param read the bytes of its storage
 */
export async function viewTensor(
  path: string,
  view: TensorView,
  dataStart: number,
  read: () => Promise<ArrayBuffer>,
): Promise<Tensor> {
  const { shape, offset, strides } = view;
  const { dtype } = view.storage;
  const { bytes, native } = DTYPES[dtype];
  const order = denseOrder(shape, strides);
  if (order === undefined || elements(shape) === 0) {
    const values =
      elements(shape) === 0 ? decodeValues(new ArrayBuffer(0), dtype) : gather(decodeValues(await read(), dtype), view);
    return Tensor.from(values, { shape, dtype: native });
  }
  const start = offset * bytes;
  const part = async () => (await read()).slice(start, start + elements(shape) * bytes);
  const stored = await valuesAt(path, { dtype, shape: order.map((dim) => shape[dim]!) }, dataStart + start, part);
  return order.every((dim, at) => dim === at) ? stored : stored.permute(order.map((_, dim) => order.indexOf(dim)));
}

/** The dimensions from the slowest to the fastest, if elements lie one after the other in that order. */
function denseOrder(shape: readonly number[], strides: readonly number[]): number[] | undefined {
  const order = shape.map((_, dim) => dim).sort((a, b) => strides[b]! - strides[a]! || a - b);
  // The stride of a dimension of size 1 says nothing.
  const moving = order.filter((dim) => shape[dim] !== 1);
  let expected = 1;
  for (const dim of moving.toReversed()) {
    if (strides[dim] !== expected) return undefined;
    expected *= shape[dim]!;
  }
  return [...order.filter((dim) => shape[dim] === 1), ...moving];
}

function gather(storage: HostArray, { shape, strides, offset }: TensorView): HostArray {
  const result = storage.slice(0, elements(shape));
  const at = shape.map(() => 0);
  let place = offset;
  for (let i = 0; i < result.length; i++) {
    result[i] = storage[place]!;
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      place += strides[dim]!;
      if (++at[dim]! < shape[dim]!) break;
      place -= strides[dim]! * shape[dim]!;
      at[dim] = 0;
    }
  }
  return result;
}
