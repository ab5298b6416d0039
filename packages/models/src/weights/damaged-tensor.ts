import { type AutocircuitError, badFile } from "@autocircuit/base";
import { GgufFile, isGguf } from "../gguf/gguf-file.ts";
import { Checkpoint } from "../safetensors/checkpoint.ts";
import { decode } from "../safetensors/decode.ts";

/**
 * The error for a checkpoint that holds NaN or infinite numbers, with the file and the name that the tensor has there: the engine knows only
 * the weight that was made of it. All of it is read again, so this is for when something is wrong.
 *
 * @param folder a folder or a GGUF file
 * @returns undefined where all stored numbers are finite
 */
export async function damagedTensor(folder: string, cause: unknown): Promise<AutocircuitError | undefined> {
  for await (const { path, name, values } of isGguf(folder) ? inGguf(folder) : inFolder(folder)) {
    const first = values.findIndex((value: number | bigint) => typeof value === "number" && !Number.isFinite(value));
    if (first < 0) continue;
    const what = `tensor ${JSON.stringify(name)} holds ${values[first]} at flat index ${first}, where a finite number belongs`;
    return badFile(path, `${what}: the file is damaged. Fetch it anew.`, { cause });
  }
  return undefined;
}

interface StoredTensor {
  readonly path: string;
  readonly name: string;
  readonly values: Float32Array | ReturnType<typeof decode>;
}

async function* inGguf(path: string): AsyncGenerator<StoredTensor> {
  await using file = await GgufFile.open(path);
  for (const { name, blocks } of file.tensors.values()) if (blocks) yield { path, name, values: await file.read(name) };
}

async function* inFolder(folder: string): AsyncGenerator<StoredTensor> {
  await using checkpoint = await Checkpoint.open(folder);
  for (const name of checkpoint.names()) {
    const file = checkpoint.file(name);
    yield { path: file.path, name, values: decode(await file.read(name), checkpoint.info(name).dtype) };
  }
}
