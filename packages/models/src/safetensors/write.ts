import { DTYPES, headerBytes, safetensorsDType, writeWhole } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";
import { encode, type HostTensor } from "./encode.ts";

/** Tensors to be written, by name: on the host, or the engine's. */
export type WritableTensors = Readonly<Record<string, HostTensor | Tensor>>;

/**
 * Writes a safetensors file: beside its final place first, then renamed, so that a reader never sees half a file and a
 * failed write leaves the old one.
 *
 * @param metadata free text for the header
 * @throws AutocircuitError `shape` or `dtype` for data that does not fit its description
 * @example
 * await writeSafetensors("mean.safetensors", { mean: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } });
 */
export async function writeSafetensors(
  path: string,
  tensors: WritableTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Object.entries(tensors).map(([name, tensor]) => ({ name, tensor, ...description(tensor) }));
  // Wide types first keeps every tensor aligned to its element without padding, which the format forbids.
  entries.sort((a, b) => DTYPES[b.dtype].bytes - DTYPES[a.dtype].bytes || (a.name < b.name ? -1 : 1));
  await writeWhole(path, async (file) => {
    await file.writeFile(headerBytes(entries, metadata));
    for (const { name, tensor } of entries) await file.writeFile(encode(name, await onHost(tensor)));
  });
}

function description(tensor: HostTensor | Tensor): Pick<HostTensor, "dtype" | "shape"> {
  return tensor instanceof Tensor ? { dtype: safetensorsDType(tensor.dtype), shape: tensor.shape } : tensor;
}

async function onHost(tensor: HostTensor | Tensor): Promise<HostTensor> {
  return tensor instanceof Tensor ? { ...description(tensor), data: await tensor.data() } : tensor;
}
