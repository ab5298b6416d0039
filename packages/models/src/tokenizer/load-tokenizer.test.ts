import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { editedCheckpoint } from "../../test/edited-checkpoint.ts";
import { ggufFixture, huggingFace } from "../../test/fixtures.ts";
import { ggufOfFolder } from "../../test/gguf-of-folder.ts";
import { textFolder } from "../../test/text-folder.ts";
import { byteLetters, byteLevel, llamaTokenizer } from "../../test/tokenizers.ts";
import { findTokenizer, loadTokenizer } from "./load-tokenizer.ts";

async function load(files: Record<string, string | object>) {
  await using written = await textFolder(files);
  return await loadTokenizer(written.folder);
}

const bytes = (text: string) => [...new TextEncoder().encode(text)].map((byte) => byte + 3);

describe("loadTokenizer", () => {
  it("of a GGUF file without one takes that of the folder, for as many tokens as the model has", async () => {
    await using checkpoint = await editedCheckpoint(huggingFace("llama"), () => undefined);
    const path = join(checkpoint.folder, "alone.gguf");
    writeFileSync(path, await ggufOfFolder(checkpoint.folder));
    expect(await findTokenizer(path)).toBe(null);
    writeFileSync(join(checkpoint.folder, "tokenizer.json"), JSON.stringify(llamaTokenizer()));
    const tokenizer = await loadTokenizer(path);
    expect(tokenizer.encode("<s></s>")).toEqual([1, 2]);
    expect(() => tokenizer.encode("Mary")).toThrow(
      /token 271 .* has no embedding: the tokenizer has 276 tokens, the model 97/,
    );
  });

  it("of a GGUF file with one takes nothing of the folder", async () => {
    await using beside = await textFolder({ "tokenizer.json": llamaTokenizer() });
    const path = join(beside.folder, "whole.gguf");
    copyFileSync(ggufFixture("llama"), path);
    const [own, there] = [await loadTokenizer(ggufFixture("llama")), await loadTokenizer(path)];
    expect(there.encode("ab cd")).toEqual(own.encode("ab cd"));
    expect(there.vocabularySize).toBe(own.vocabularySize);
  });

  it("reads SentencePiece BPE with byte fallback, whose words bring their space", async () => {
    const tokenizer = await load({ "tokenizer.json": llamaTokenizer() });
    const [mary, john, space] = [271, 275, 259];
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: null, vocabularySize: 276 });
    expect(tokenizer.encode("Mary John")).toEqual([mary, john]);
    expect(tokenizer.encode(" Mary")).toEqual([space, mary]);
    expect(tokenizer.encode("Mary ☃")).toEqual([mary, space, ...bytes("☃")]);
    expect(tokenizer.encode("<s>Mary</s>")).toEqual([1, mary, 2]);
    expect(tokenizer.decode([mary, john, space, ...bytes("☃"), john])).toBe("Mary John ☃ John");
    expect(tokenizer.decode([1, mary, 2], { skipSpecialTokens: true })).toBe("Mary");
    expect(tokenizer.pieces("Mary John")).toEqual([" Mary", " John"]);
    expect([mary, 1, 276, -1, 0.5].map((id) => tokenizer.token(id))).toEqual([
      " Mary",
      "<s>",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("reads byte-level BPE with a pattern of its own, as Llama 3 and Qwen have it", async () => {
    const { vocab, merges } = byteLevel(["Ġ t", "h e", "Ġt he"]);
    const pattern = {
      Regex: "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+(?!\\S)|\\s+",
    };
    const tokenizer = await load({
      "tokenizer.json": {
        added_tokens: [{ id: 300, content: "<|im_end|>", special: true, normalized: false }],
        normalizer: { type: "NFC" },
        pre_tokenizer: {
          type: "Sequence",
          pretokenizers: [
            { type: "Split", pattern, behavior: "Isolated", invert: false },
            { type: "ByteLevel", add_prefix_space: false, use_regex: false },
          ],
        },
        decoder: { type: "ByteLevel" },
        model: { type: "BPE", vocab, merges: merges.split("\n").map((merge) => merge.split(" ")) },
      },
      "tokenizer_config.json": { bos_token: null, eos_token: "<|im_end|>", add_bos_token: false },
      "config.json": { model_type: "qwen2", bos_token_id: 7 },
    });
    expect(tokenizer).toMatchObject({ bosId: null, eosId: 300, vocabularySize: 301 });
    const text = "the the 12 é'S <|im_end|>";
    expect(tokenizer.pieces(text).slice(0, 7)).toEqual(["t", "he", " the", " ", "1", "2", " "]);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.encode("e\u0301")).toEqual(tokenizer.encode("é"));
    expect(tokenizer.decode([256, 299, 300])).toBe(" t<|im_end|>");
  });

  it("splits before spaces where Metaspace says so", async () => {
    const vocab = { "▁": 0, a: 1, "▁a": 2, "▁▁": 3 };
    const model = { type: "BPE", vocab, merges: ["▁ ▁", "▁ a"] };
    const ids = async (options: object, text: string) =>
      (await load({ "tokenizer.json": { model, pre_tokenizer: { type: "Metaspace", ...options } } })).encode(text);
    expect(await ids({}, "a   a")).toEqual([2, 0, 0, 2]);
    expect(await ids({ split: false }, "a   a")).toEqual([2, 3, 2]);
    expect(await ids({ add_prefix_space: false }, "a a")).toEqual([1, 2]);
    expect(await ids({ prepend_scheme: "never" }, "a a")).toEqual([1, 2]);
    const nested = { type: "Sequence", pretokenizers: [{ type: "Metaspace" }] };
    expect(await ids(nested, "a  a")).toEqual([2, 0, 2]);
  });

  it("reads vocab.json and merges.txt, with the tokens that other files name", async () => {
    const { vocab, merges } = byteLevel(["a b"], ["</s>", "<pad>"]);
    const tokenizer = await load({
      "vocab.json": vocab,
      "merges.txt": `#version: 0.2\r\n${merges}\r\n`,
      "added_tokens.json": { new: 300 },
      "special_tokens_map.json": { bos_token: { content: "</s>" }, eos_token: "</s>", pad_token: "<pad>" },
    });
    expect(tokenizer).toMatchObject({ bosId: 257, eosId: 257, padId: 258, vocabularySize: 301 });
    expect(tokenizer.encode("ab<pad>new#")).toEqual([256, 258, 300, byteLetters.indexOf("#")]);
    expect(tokenizer.decode([256, 257, 300], { skipSpecialTokens: true })).toBe("abnew");
  });

  it("reads a list of words", async () => {
    const model = { type: "WordLevel", vocab: { "[UNK]": 0, red: 1, blue: 2 }, unk_token: "[UNK]" };
    const pre_tokenizer = { type: "Whitespace" };
    const tokenizer = await load({ "tokenizer.json": { model, pre_tokenizer } });
    expect(tokenizer.encode("red blue green")).toEqual([1, 2, 0]);
    const strict = await load({ "tokenizer.json": { model: { ...model, unk_token: null }, pre_tokenizer } });
    expect(() => strict.encode("red green")).toThrow('"red green": the vocabulary has no token for "green"');
  });

  it("takes GPT-2's own vocabulary for a GPT-2 without files", async () => {
    expect((await load({ "config.json": { model_type: "gpt2", vocab_size: 50_257 } })).encode(" Mary")).toEqual([5335]);
    const named = { n_layers: 1, d_vocab: 50_257, tokenizer_name: "gpt2" };
    expect((await load({ "config.json": named })).encode(" Mary")).toEqual([5335]);
  });

  it("says when there is none", async () => {
    expect(await findTokenizer(huggingFace("gpt2"))).toBeNull();
    await expect(loadTokenizer(huggingFace("gpt2"))).rejects.toMatchObject({ code: "not-found" });
    await expect(load({ "vocab.json": {} })).rejects.toThrow(
      /has no tokenizer \(tokenizer.json, vocab.json with merges.txt/,
    );
  });
});
