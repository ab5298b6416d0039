import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ConfigReader } from "../../config-reader.ts";
import { LibraryCodec } from "../../tokenizer/library-codec.ts";
import { parseTokenizerJson } from "../../tokenizer/tokenizer-json.ts";
import { preTokenizerOf } from "./pre-tokenizers.ts";

/** What the Rust library `tokenizers` makes of texts with the patterns that the models were trained with. */
const path = fileURLToPath(new URL("../../../test/fixtures/gguf-splits.json", import.meta.url));
const { texts, pieces } = JSON.parse(readFileSync(path, "utf8")) as {
  texts: string[];
  pieces: Record<string, string[][]>;
};

const named = (pre: string | undefined, architecture = "llama") =>
  preTokenizerOf(
    new ConfigReader({ "general.architecture": architecture, ...(pre && { "tokenizer.ggml.pre": pre }) }, "x.gguf"),
  );

describe("texts are split as the models were trained", () => {
  it.each(Object.keys(pieces))("%s", async (name) => {
    // A vocabulary whose words are all pieces that occur.
    const words = [...new Set(pieces[name]!.flat())];
    const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
    const pre_tokenizer = { type: "Sequence", pretokenizers: named(name).splits };
    const json = { model: { type: "WordLevel", vocab, unk_token: "" }, added_tokens: [], pre_tokenizer };
    const codec = await LibraryCodec.create(parseTokenizerJson(JSON.stringify(json), "x.gguf"), "x.gguf");
    for (const [at, text] of texts.entries())
      expect([text, codec.encode(text).map((id) => words[id])]).toEqual([text, pieces[name]![at]]);
  });
});

it("files without a name have their architecture's, if it has only one", () => {
  expect(named(undefined, "gpt2")).toBe(named("gpt-2"));
  expect(named("default", "qwen3")).toBe(named("qwen2"));
  expect(() => named(undefined)).toThrow(
    /x\.gguf: `tokenizer.ggml.pre` is missing, which does not say how texts are split/,
  );
  expect(() => named("bloom", "gpt2")).toThrow(/"bloom", which does not say how texts are split \(known are gpt-2, /);
});
