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
 * What tells a model from others of its name, as `PatchableModel.fingerprint` of the loaded model has it: a hash of its configuration and of every
 * stored weight, which is read whole, at about 2 GB/s where the system has its files in memory. One number that is another makes it another. Those of
 * files that an earlier version wrote are made otherwise: `sameWeights` of core compares what can be compared.
 *
 * @param idOrFolder a folder, a GGUF file, or a model of the hub
 * @throws AutocircuitError `not-found`, `bad-file`, `aborted`
 * @example
 * const same = sameWeights(await modelFingerprint("models/gpt2"), scores.info.fingerprint ?? null);
 */
export async function modelFingerprint(idOrFolder: string, options: HubOptions = {}): Promise<string> {
  check({ idOrFolder }, options);
  return folderFingerprint(await modelFolder(idOrFolder, options), options.signal);
}

/** The same for a folder or a GGUF file that is there. */
export async function folderFingerprint(folder: string, signal?: AbortSignal): Promise<string> {
  if (isGguf(folder)) return ggufFingerprint(folder, signal);
  const { raw } = await openConfig(folder);
  await using checkpoint = await Checkpoint.open(folder);
  using files = new Pieces();
  const weights = checkpoint.names().map((name): StoredWeight => {
    const { dtype: type, shape, bytes, byteOffset } = checkpoint.info(name);
    return { name, type, shape, bytes, read: files.reader(checkpoint.file(name).path, byteOffset) };
  });
  return await fingerprintOf(raw.values, weights, signal);
}

async function ggufFingerprint(path: string, signal: AbortSignal | undefined): Promise<string> {
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
  return await fingerprintOf({ ...Object.fromEntries(settings), architecture }, weights, signal);
}

/** Files that are read in pieces, one after the other and at once, as a promise for each takes longer than the reading. */
class Pieces implements Disposable {
  readonly #open = new Map<string, number>();
  #last = new Uint8Array();

  reader(path: string, start: number): StoredWeight["read"] {
    const file = this.#open.get(path) ?? openSync(path, "r");
    this.#open.set(path, file);
    return (offset, length) => {
      if (this.#last.length < length) this.#last = new Uint8Array(length);
      const piece = this.#last.subarray(0, length);
      if (readSync(file, piece, 0, length, start + offset) === length) return piece;
      throw badFile(path, "ends too early. Is something still writing it?");
    };
  }

  [Symbol.dispose](): void {
    for (const file of this.#open.values()) closeSync(file);
  }
}
