import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "../src/safetensors/decode.ts";
import type { HostTensor } from "../src/safetensors/encode.ts";
import { SafetensorsFile } from "../src/safetensors/safetensors-file.ts";
import { writeSafetensors } from "../src/safetensors/write.ts";

/** The tensors of a file, on the host. */
export async function hostTensors(path: string): Promise<Record<string, HostTensor>> {
  await using file = await SafetensorsFile.open(path);
  const tensors: Record<string, HostTensor> = {};
  for (const [name, { dtype, shape }] of file.tensors) {
    tensors[name] = { dtype, shape, data: decode(await file.read(name), dtype) };
  }
  return tensors;
}

/** A copy of a checkpoint with changes, in a temporary folder that goes when it is disposed. */
export async function editedCheckpoint(
  original: string,
  edit: (tensors: Record<string, HostTensor>, config: Record<string, unknown>) => void,
): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "autocircuit-"));
  const config = JSON.parse(await readFile(join(original, "config.json"), "utf8"));
  const tensors = await hostTensors(join(original, "model.safetensors"));
  edit(tensors, config);
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
