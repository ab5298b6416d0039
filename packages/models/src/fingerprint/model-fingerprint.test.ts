import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { editedCheckpoint, hostTensors } from "../../test/edited-checkpoint.ts";
import { ggufFixture, huggingFace, transformerLens } from "../../test/fixtures.ts";
import { loadModel, modelFromWeights } from "../load-model.ts";
import { modelFingerprint } from "./model-fingerprint.ts";

const scratch = mkdtempSync(join(tmpdir(), "fingerprint-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = huggingFace("llama");
const plain = await modelFingerprint(folder);

it("of a copy is the same, whoever wrote its files; of other weights or settings it is another", async () => {
  await using copy = await editedCheckpoint(folder, (_, config) => Object.assign(config, { _name_or_path: "copy" }));
  expect(await modelFingerprint(copy.folder)).toBe(plain);
  await using turned = await editedCheckpoint(folder, (_, config) => Object.assign(config, { rope_theta: 500 }));
  await using tuned = await editedCheckpoint(folder, (tensors) => {
    (tensors["model.norm.weight"]!.data as Float32Array)[0]! += 1;
  });
  const others = [await modelFingerprint(turned.folder), await modelFingerprint(tuned.folder)];
  expect(new Set([plain, ...others]).size).toBe(3);
});

it("sees a single number in the midst of a matrix", async () => {
  await using pruned = await editedCheckpoint(folder, (tensors) => {
    const matrix = tensors["model.embed_tokens.weight"]!.data as Float32Array;
    matrix[Math.floor(matrix.length / 2) + 3] = 0;
  });
  expect(await modelFingerprint(pruned.folder)).not.toBe(plain);
});

it("is that of the loaded model, however it is processed and computed, in every format", async () => {
  for (const [place, how] of [
    [folder, {}],
    [folder, { dtype: "float64", foldLn: false }],
    [transformerLens("gpt2"), {}],
    [ggufFixture("llama"), { ungrouped: true }],
  ] as const) {
    using model = await loadModel(place, how);
    expect(model.fingerprint).toBe(await modelFingerprint(place));
    expect(model.withGraph({ separateQkv: false }).fingerprint).toBe(model.fingerprint);
  }
});

it("of a GGUF file depends on its weights, and on no name", async () => {
  const original = ggufFixture("llama");
  const [copy, edited] = [join(scratch, "copy.gguf"), join(scratch, "edited.gguf")];
  copyFileSync(original, copy);
  const bytes = readFileSync(original);
  writeFileSync(edited, bytes.with(-1, bytes.at(-1)! ^ 1));
  const all = await Promise.all([original, copy, edited].map((path) => modelFingerprint(path)));
  expect(all[1]).toBe(all[0]);
  expect(all[2]).not.toBe(all[0]);
});

it("of weights in memory tells them apart too", async () => {
  const place = transformerLens("gpt2");
  const config = JSON.parse(readFileSync(join(place, "config.json"), "utf8"));
  const tensors = Object.entries(await hostTensors(join(place, "model.safetensors")));
  const weights = (more: number) =>
    Object.fromEntries(
      tensors.map(([name, { shape, data }]) => [
        name,
        { shape, data: Float64Array.from(data as Float32Array, (value) => value + more) },
      ]),
    );
  const of = async (more: number) => {
    using model = await modelFromWeights(config, weights(more));
    return model.fingerprint;
  };
  expect(await of(0)).toBe(await of(0));
  expect(await of(1)).not.toBe(await of(0));
});

it("says what cannot be read", async () => {
  await expect(modelFingerprint(join(scratch, "none"))).rejects.toMatchObject({ code: "not-found" });
  writeFileSync(join(scratch, "config.json"), "{");
  await expect(modelFingerprint(scratch)).rejects.toMatchObject({ code: "bad-file" });
  writeFileSync(join(scratch, "config.json"), readFileSync(join(folder, "config.json")));
  await expect(modelFingerprint(scratch)).rejects.toThrow(/has neither model\.safetensors nor/);
});
