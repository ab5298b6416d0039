import { Tensor } from "@autocircuit/native";
import { badFile } from "../bad-file.ts";
import { decode, firstNonFinite } from "./decode.ts";
import { DTYPES } from "./dtypes.ts";
import type { SafetensorsFile } from "./safetensors-file.ts";

/** How {@link tensorFromFile} reads. */
export interface TensorFromFileOptions {
  /** Refuse NaN and infinities, naming the first. Default false: it costs a pass over the values. */
  finite?: boolean;
}

/**
 * Loads one tensor of a file, in the type the file stores it in. Every weight enters through this one function.
 *
 * @throws AutocircuitError `unknown-name`, or `bad-file` for values that are not finite when that is asked for
 */
export async function tensorFromFile(
  file: SafetensorsFile,
  name: string,
  options: TensorFromFileOptions = {},
): Promise<Tensor> {
  const { dtype, shape } = file.info(name);
  const values = decode(await file.read(name), dtype);
  if (options.finite) {
    const at = firstNonFinite(values);
    if (at >= 0) throw badFile(file.path, `tensor ${JSON.stringify(name)} holds ${values[at]} at flat index ${at}.`);
  }
  return Tensor.from(values, { shape, dtype: DTYPES[dtype].native });
}
