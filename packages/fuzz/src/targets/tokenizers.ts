import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadTokenizer } from "@autocircuit/models";
import fc from "fast-check";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { scratchFolder } from "../inputs/scratch.ts";
import { target, WrongResult } from "../target.ts";

const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
const letters = ["<s>", "a", "b", "c", "ab", "abc", "Ġ", "Ġa"];
const vocab = Object.fromEntries(letters.map((letter, id) => [letter, id]));
const base = { version: "1.0", truncation: null, padding: null };
const tokenizers = [
  {
    ...base,
    added_tokens: [{ id: 0, content: "<s>", ...special }],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      vocab,
      merges: [
        ["a", "b"],
        ["ab", "c"],
        ["Ġ", "a"],
      ],
    },
  },
  {
    ...base,
    added_tokens: [{ id: 0, content: "<s>", ...special }],
    normalizer: { type: "Replace", pattern: { String: " " }, content: "Ġ" },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Replace", pattern: { String: "Ġ" }, content: " " },
    model: { type: "Unigram", unk_id: 0, vocab: letters.map((letter, id) => [letter, -id]) },
  },
];
const text = fc.oneof(
  fc.constantFrom("abc ab", "a b c", "<s>a", "\uFEFFa\u0085"),
  fc.string({ maxLength: 8, unit: "binary" }),
);
const folder = scratchFolder();

export default target({
  name: "tokenizers",
  about: "tokenizer.json, and any text with what it gives",
  input: fc.record({ document: documentEdits(tokenizers.length, ["type", "vocab", "merges"]), text }),
  run: async ({ document, text }) => {
    await writeFile(
      join(folder, "tokenizer.json"),
      JSON.stringify(editDocument(tokenizers[document.base], document.edits)) ?? "",
    );
    const tokenizer = await loadTokenizer(folder);
    const ids = tokenizer.encode(text);
    if (!ids.every((id) => Number.isSafeInteger(id) && id >= 0)) throw new WrongResult(`token ids [${ids}]`);
    tokenizer.decode(ids);
    tokenizer.pieces(text);
  },
});
