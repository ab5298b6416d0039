import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspectAutoencoders, loadAutoencoders } from "@autocircuit/autoencoders";
import { scope, Tensor } from "@autocircuit/native";
import fc from "fast-check";
import { autoencoderFiles } from "../inputs/autoencoder-cases.ts";
import { byteEdits, editBytes } from "../inputs/edit-bytes.ts";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { scratchFolder } from "../inputs/scratch.ts";
import { target, WrongResult } from "../target.ts";

const scratch = scratchFolder();
const folders = autoencoderFiles.map(({ folder }, index) => {
  const copy = join(scratch, String(index));
  cpSync(folder, copy, { recursive: true });
  return copy;
});
const keys = [
  "architecture",
  "d_in",
  "d_sae",
  "k",
  "metadata",
  "hook_name",
  "normalize_activations",
  "activation",
  "width",
];

export default target({
  name: "autoencoders",
  about: "files of autoencoders in every format",
  input: fc.record({ bytes: byteEdits, document: documentEdits(autoencoderFiles.length, keys) }),
  run: async ({ bytes, document }) => {
    const { name, bytes: whole } = autoencoderFiles[document.base]!;
    const path = join(folders[document.base]!, name);
    writeFileSync(path, changed(name, whole, document.edits, bytes));
    try {
      await scope(() => compute(folders[document.base]!));
    } finally {
      writeFileSync(path, whole);
    }
  },
});

/** Settings are changed as documents, everything else by its bytes. */
function changed(
  name: string,
  whole: Uint8Array,
  edits: Parameters<typeof editDocument>[1],
  bytes: Parameters<typeof editBytes>[1],
): Uint8Array | string {
  if (!name.endsWith(".json") || edits.length % 2 === 1) return editBytes(whole, bytes);
  return JSON.stringify(editDocument(JSON.parse(Buffer.from(whole).toString()), edits)) ?? "";
}

async function compute(folder: string): Promise<void> {
  const repo = "google/gemma-scope-2b-pt-mlp";
  using set = await loadAutoencoders(folder, { repo });
  const { autoencoders: seen } = await inspectAutoencoders(folder, { repo });
  const sizes = (some: readonly { dIn: number; dSae: number; dOut: number }[]) =>
    some.map(({ dIn, dSae, dOut }) => [dIn, dSae, dOut]).join("; ");
  const loaded = set.crossLayer ? Array(set.crossLayer.layers).fill(set.crossLayer) : set.autoencoders;
  if (sizes(seen) !== sizes(loaded)) throw new WrongResult(`seen ${sizes(seen)}, loaded ${sizes(loaded)}`);
  for (const one of set.autoencoders) {
    const { latents, reconstruction } = await one.reconstruct(Tensor.full([2, one.dIn], 0.5));
    if (latents.shape.join() !== `2,${one.dSae}`) throw new WrongResult(`latents [${latents.shape}]`);
    if (reconstruction.shape.join() !== `2,${one.dOut}`)
      throw new WrongResult(`reconstruction [${reconstruction.shape}]`);
    await reconstruction.data();
  }
  if (set.crossLayer)
    await set.crossLayer.reconstruct(Tensor.full([set.crossLayer.layers, 2, set.crossLayer.dIn], 0.5));
}
