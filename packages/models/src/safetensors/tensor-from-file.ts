import { DTYPES } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";
import { decode } from "./decode.ts";
import type { SafetensorsFile } from "./safetensors-file.ts";

/**
 * Loads one tensor of a file, in the type the file stores it in. Every weight enters through this one function. Numbers
 * are mapped into memory, not copied: the file must keep its length while the tensor lives. Only where the values lie at
 * a place that does not fit their size (headers of odd length) and for booleans, which may hold any byte, they are read.
 *
 * @throws AutocircuitError `unknown-name`; `bad-file` when the file has become shorter since it was opened
 */
export async function tensorFromFile(file: SafetensorsFile, name: string): Promise<Tensor> {
  const { dtype, shape, byteOffset } = file.info(name);
  const { bytes, native } = DTYPES[dtype];
  if (dtype !== "BOOL" && byteOffset % bytes === 0) {
    return Tensor.mapFile(file.path, { offset: byteOffset, shape, dtype: native });
  }
  return Tensor.from(decode(await file.read(name), dtype), { shape, dtype: native });
}
