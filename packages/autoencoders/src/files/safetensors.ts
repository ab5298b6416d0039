import { SafetensorsFile, tensorFromFile } from "@autocircuit/models";
import type { TensorFile } from "./tensor-file.ts";

/** Opens a safetensors file; see `SafetensorsFile.open` for errors. */
export async function openSafetensors(path: string): Promise<TensorFile> {
  const file = await SafetensorsFile.open(path);
  return {
    path,
    tensors: file.tensors,
    load: (name) => tensorFromFile(file, name),
    close: () => file.close(),
  };
}
