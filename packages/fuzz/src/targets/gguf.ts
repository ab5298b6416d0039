import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTokenizer, GgufFile, ggufSummary, readConfig, sharesEmbedding } from "@autocircuit/models";
import fc from "fast-check";
import { byteEdits, editBytes } from "../inputs/edit-bytes.ts";
import { scratchFolder } from "../inputs/scratch.ts";
import { target, WrongResult } from "../target.ts";

/** A small model with byte pairs and blocks of several types, and one with pieces. */
const fixtures = fileURLToPath(new URL("../../../models/test/fixtures/gguf", import.meta.url));
const models = readdirSync(fixtures)
  .sort()
  .map((file) => readFileSync(join(fixtures, file)));
const path = join(scratchFolder(), "model.gguf");

/** Numbers of 64 bits that are put over others: counts, lengths and offsets that no file has. */
const numbers = fc.constantFrom(
  0n,
  1n,
  33n,
  10n ** 9n,
  2n ** 32n - 1n,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
);

export default target({
  name: "gguf",
  about: "GGUF files: headers, tokenizers, blocks",
  input: fc.record({
    model: fc.nat(models.length - 1),
    bytes: byteEdits,
    numbers: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), number: numbers }), { maxLength: 2 }),
    text: fc.oneof(
      fc.constantFrom("ab a cd.1", "  a<turn>b", "<tool><|end|>"),
      fc.string({ maxLength: 6, unit: "binary" }),
    ),
  }),
  run: async ({ model, bytes, numbers, text }) => {
    const file = Buffer.from(editBytes(models[model]!, bytes));
    for (const { at, number } of numbers)
      if (file.length >= 8) file.writeBigUInt64LE(number, Math.floor(at * (file.length - 8)));
    await writeFile(path, file);
    await using opened = await GgufFile.open(path);
    for (const { name, size, blocks, byteOffset, bytes } of opened.tensors.values()) {
      if (byteOffset + bytes > file.length) throw new WrongResult(`${name} lies outside the file`);
      if (blocks && (await opened.read(name)).length !== size) throw new WrongResult(`${name} has another size`);
    }
    await ggufSummary(path);
    await readConfig(path);
    await sharesEmbedding(path);
    const tokenizer = await findTokenizer(path);
    if (!tokenizer) return "no tokenizer";
    const ids = tokenizer.encode(text);
    if (!ids.every((id) => Number.isSafeInteger(id) && id >= 0)) throw new WrongResult(`token ids [${ids}]`);
    tokenizer.decode(ids);
    return "ok";
  },
});
