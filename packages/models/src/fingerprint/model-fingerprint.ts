import { closeSync, openSync, readSync } from "node:fs";
import { badFile, kind, signature } from "@autocircuit/base";
import { GgufFile, isGguf } from "../gguf/gguf-file.ts";
import { type HubOptions, hubOptions } from "../hub/hub-options.ts";
import { modelFolder } from "../hub/resolve-model-folder.ts";
import { openConfig } from "../read-config.ts";
import { Checkpoint } from "../safetensors/checkpoint.ts";
import { fingerprintOf, type StoredWeight } from "./fingerprint.ts";

const check = signature("modelFingerprint", { idOrFolder: kind.text }, hubOptions);

/**
 * What tells a model from others of its name, as `PatchableModel.fingerprint` of the loaded model has it: a hash of its configuration and of samples
 * of every stored weight, read in milliseconds. Trained or pruned weights have another; single numbers that were changed in a large matrix may not.
 *
 * @param idOrFolder a folder, a GGUF file, or a model of the hub
 * @throws AutocircuitError `not-found`, `bad-file`, `aborted`
 * @example
 * const same = (await modelFingerprint("models/gpt2")) === scores.info.fingerprint;
 */
export async function modelFingerprint(idOrFolder: string, options: HubOptions = {}): Promise<string> {
  check({ idOrFolder }, options);
  return folderFingerprint(await modelFolder(idOrFolder, options));
}

/** The same for a folder or a GGUF file that is there. */
export async function folderFingerprint(folder: string): Promise<string> {
  if (isGguf(folder)) return ggufFingerprint(folder);
  const { raw } = await openConfig(folder);
  await using checkpoint = await Checkpoint.open(folder);
  using files = new Pieces();
  const weights = checkpoint.names().map((name): StoredWeight => {
    const { dtype: type, shape, bytes, byteOffset } = checkpoint.info(name);
    return { name, type, shape, bytes, read: files.reader(checkpoint.file(name).path, byteOffset) };
  });
  return fingerprintOf(raw.values, weights);
}

async function ggufFingerprint(path: string): Promise<string> {
  await using file = await GgufFile.open(path);
  const { values } = file.metadata;
  // The tokenizer's lists are long, and its work is in the prompts; of the general ones names and licences are no settings.
  const architecture = String(values["general.architecture"]);
  const settings = Object.entries(values).filter(([key]) => key.startsWith(`${architecture}.`));
  using files = new Pieces();
  const weights = [...file.tensors.values()].map(
    ({ name, type, shape, bytes, byteOffset }): StoredWeight => ({
      ...{ name, type, shape, bytes },
      read: files.reader(path, byteOffset),
    }),
  );
  return fingerprintOf({ ...Object.fromEntries(settings), architecture }, weights);
}

/** Files of which a few bytes are read here and there: one after the other, at once, as a promise for each takes longer than the reading. */
class Pieces implements Disposable {
  readonly #open = new Map<string, number>();

  reader(path: string, start: number): StoredWeight["read"] {
    const file = this.#open.get(path) ?? openSync(path, "r");
    this.#open.set(path, file);
    return (offset, length) => {
      const piece = new Uint8Array(length);
      if (readSync(file, piece, 0, length, start + offset) === length) return piece;
      throw badFile(path, "ends too early. Is something still writing it?");
    };
  }

  [Symbol.dispose](): void {
    for (const file of this.#open.values()) closeSync(file);
  }
}
