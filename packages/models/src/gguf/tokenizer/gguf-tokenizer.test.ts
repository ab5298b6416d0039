import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bool, f32, floats, type GgufValue, ggufBytes, numbers, text, texts, u32 } from "../../../test/gguf-bytes.ts";
import { textFolder } from "../../../test/text-folder.ts";
import { byteLetters, gpt2VocabAndMerges, llamaTokenizer } from "../../../test/tokenizers.ts";
import { gpt2Tokenizer } from "../../tokenizer/gpt2-tokenizer.ts";
import { findTokenizer, loadTokenizer } from "../../tokenizer/load-tokenizer.ts";
import { ggufEndIds } from "./end-ids.ts";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "autocircuit-"));
});
afterAll(() => rm(scratch, { recursive: true }));

async function written(metadata: Readonly<Record<string, GgufValue>>, rows: number): Promise<string> {
  const path = join(scratch, "tokenizer.gguf");
  const embedding = floats("token_embd.weight", [rows, 1], new Float32Array(rows));
  await writeFile(path, ggufBytes({ "general.architecture": text("llama"), ...metadata }, [embedding]));
  return path;
}

const SAMPLES = [
  "When Mary and John went to the store, John gave a drink to",
  "def add(a, b):\n    return a + b  # 12345 <|endoftext|> next",
  "Ünïcödé 日本語 🙂\u0085\ufeff  ",
  "",
];

describe("byte pairs", () => {
  const { vocab, merges } = gpt2VocabAndMerges();
  const tokens = Object.keys(vocab);
  const metadata = {
    "general.architecture": text("gpt2"),
    "tokenizer.ggml.model": text("gpt2"),
    "tokenizer.ggml.pre": text("gpt-2"),
    "tokenizer.ggml.tokens": texts(tokens),
    "tokenizer.ggml.token_type": numbers(
      "i32",
      tokens.map((_, id) => (id === 50_256 ? 3 : 1)),
    ),
    "tokenizer.ggml.merges": texts(merges.split("\n").slice(1, -1)),
    "tokenizer.ggml.bos_token_id": u32(50_256),
    "tokenizer.ggml.eos_token_id": u32(50_256),
  };

  it("GPT-2's are GPT-2's own", async () => {
    // Digits are names of properties that come first in JavaScript: ids must not follow that order.
    const inOrder = Object.entries(vocab)
      .sort(([, a], [, b]) => a - b)
      .map(([token]) => token);
    const tokenizer = await loadTokenizer(
      await written({ ...metadata, "tokenizer.ggml.tokens": texts(inOrder) }, 50_257),
    );
    const own = gpt2Tokenizer();
    expect(tokenizer).toMatchObject({ bosId: 50_256, eosId: 50_256, padId: null, vocabularySize: 50_257 });
    for (const sample of SAMPLES) {
      expect(tokenizer.encode(sample)).toEqual(own.encode(sample));
      expect(tokenizer.decode(tokenizer.encode(sample))).toBe(sample);
    }
  });

  const small = [...byteLetters, "ab", "<|end|>", "<tool>"];
  const smallMetadata = {
    "tokenizer.ggml.model": text("gpt2"),
    "tokenizer.ggml.pre": text("qwen2"),
    "tokenizer.ggml.tokens": texts(small),
    "tokenizer.ggml.token_type": numbers(
      "i32",
      small.map((token) => ({ "<|end|>": 3, "<tool>": 4 })[token] ?? 1),
    ),
    "tokenizer.ggml.merges": texts(["a b"]),
    "tokenizer.ggml.bos_token_id": u32(257),
    "tokenizer.ggml.eos_token_id": u32(257),
    "tokenizer.ggml.padding_token_id": u32(1000),
  };

  it("Qwen's file names a token to begin with, which Qwen does not have; letters and accents are put together", async () => {
    const tokenizer = await loadTokenizer(await written(smallMetadata, 300));
    expect(tokenizer).toMatchObject({ bosId: null, eosId: 257, padId: null, vocabularySize: 259 });
    expect(tokenizer.encode("ab<tool>a<|end|>")).toEqual([256, 258, small.indexOf("a"), 257]);
    expect(tokenizer.decode([256, 257, 258], { skipSpecialTokens: true })).toBe("ab<tool>");
    expect(tokenizer.encode("e\u0301")).toEqual(tokenizer.encode("é"));
    const added = await written({ ...smallMetadata, "tokenizer.ggml.add_bos_token": bool(true) }, 300);
    expect((await loadTokenizer(added)).bosId).toBe(257);
  });

  it("a text that needs a token without an embedding is refused", async () => {
    const tokenizer = await loadTokenizer(await written(smallMetadata, 258));
    expect(() => tokenizer.encode("<tool>")).toThrow(/has no embedding: the tokenizer has 259 tokens, the model 258/);
  });

  it.each([
    [
      { "tokenizer.ggml.bos_token_id": u32(400), "tokenizer.ggml.add_bos_token": bool(true) },
      /tokenizer\.gguf: `tokenizer\.ggml\.bos_token_id` is 400, which is none of the 259 tokens/,
    ],
    [
      { "tokenizer.ggml.bos_token_id": u32(259) },
      /tokenizer\.gguf: `tokenizer\.ggml\.bos_token_id` is 259, which is none of the 259 tokens/,
    ],
    [
      { "tokenizer.ggml.eos_token_id": u32(2 ** 32 - 1) },
      /tokenizer\.gguf: `tokenizer\.ggml\.eos_token_id` is 4294967295, which is none of the 259 tokens/,
    ],
    [
      { "tokenizer.ggml.pre": numbers("i32", new Array(17).fill(1)) },
      /`tokenizer\.ggml\.pre` is a list of 17 numbers, which is not a string\.$/,
    ],
    [{ "tokenizer.ggml.pre": text("unheard-of") }, /`tokenizer.ggml.pre` is "unheard-of", which does not say/],
    [{ "tokenizer.ggml.merges": texts(["a c"]) }, /`merges`\[0\] is "a c", but "ac" is not in the vocabulary/],
    [{ "tokenizer.ggml.merges": f32(1) }, /`tokenizer.ggml.merges` is 1, which is not a list of text/],
    [{ "tokenizer.ggml.tokens": texts(["a", "b", "a"]) }, /`tokenizer.ggml.token_type` holds 259 numbers for 3 tokens/],
    [{ "tokenizer.ggml.model": text("rwkv") }, /is not one of the tokenizers that are read from GGUF \(gpt2, llama\)/],
    [{ "tokenizer.ggml.tokens": texts([...small.slice(1), "ab"]) }, /has token "ab" twice, as 255 and 258/],
  ])("refuses %j", async (change, message) => {
    const path = await written({ ...smallMetadata, ...change } as Record<string, GgufValue>, 300);
    await expect(loadTokenizer(path)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(message),
    });
  });
});

describe("pieces", () => {
  const json = llamaTokenizer();
  const tokens = Object.entries(json.model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token);
  const score = (token: string) => {
    const rank = json.model.merges.findIndex((merge) => String(merge).replace(" ", "") === token);
    return rank < 0 ? -1000 : -rank;
  };
  const kind = (token: string, id: number) => (id === 0 ? 2 : id < 3 ? 3 : token.startsWith("<0x") ? 6 : 1);
  const metadata = {
    "tokenizer.ggml.model": text("llama"),
    "tokenizer.ggml.tokens": texts(tokens),
    "tokenizer.ggml.scores": numbers("f32", tokens.map(score)),
    "tokenizer.ggml.token_type": numbers("i32", tokens.map(kind)),
    "tokenizer.ggml.bos_token_id": u32(1),
    "tokenizer.ggml.eos_token_id": u32(2),
  };
  const samples = ["Mary John", " Mary  John", "Marynoh é\n", "<s>Mary</s> John", "Joh🙂n"];

  it("are those of the tokenizer.json with the same vocabulary", async () => {
    await using files = await textFolder({ "tokenizer.json": json });
    const expected = await loadTokenizer(files.folder);
    const tokenizer = await loadTokenizer(await written(metadata, tokens.length));
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, vocabularySize: tokens.length });
    for (const sample of samples) {
      expect([sample, tokenizer.encode(sample)]).toEqual([sample, expected.encode(sample)]);
      expect(tokenizer.decode(tokenizer.encode(sample))).toBe(expected.decode(expected.encode(sample)));
    }
  });

  it("begin with no space of their own where the file says so; added ones are found in the text", async () => {
    const more = [...tokens, "▁▁▁", "<turn>"];
    const path = await written(
      {
        ...metadata,
        "tokenizer.ggml.tokens": texts(more),
        "tokenizer.ggml.scores": numbers("f32", more.map(score)),
        "tokenizer.ggml.token_type": numbers("i32", [...tokens.map(kind), 4, 4]),
        "tokenizer.ggml.add_space_prefix": bool(false),
      },
      more.length,
    );
    const tokenizer = await loadTokenizer(path);
    expect(tokenizer.pieces("Mary John")).toEqual(["M", "ar", "y", " John"]);
    expect(tokenizer.encode("<turn>   Mary").slice(0, 2)).toEqual([more.length - 1, more.length - 2]);
    for (const sample of samples) expect(tokenizer.decode(tokenizer.encode(sample))).toBe(sample);
  });

  it("are refused without scores", async () => {
    const { "tokenizer.ggml.scores": _, ...rest } = metadata;
    await expect(loadTokenizer(await written(rest, tokens.length))).rejects.toThrow(/has no `tokenizer.ggml.scores`/);
  });
});

it("names every token that ends something", async () => {
  const ends = { "tokenizer.ggml.eos_token_id": u32(7), "tokenizer.ggml.eot_token_id": u32(9) };
  expect(await ggufEndIds(await written(ends, 3))).toEqual([7, 9]);
  expect(await ggufEndIds(await written({}, 3))).toEqual([]);
});

it("a file of a tokenizer alone will do", async () => {
  const path = join(scratch, "alone.gguf");
  const tokens = texts(["<unk>", "a"]);
  const scores = numbers("f32", [0, 0]);
  await writeFile(
    path,
    ggufBytes(
      { "tokenizer.ggml.model": text("llama"), "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.scores": scores },
      [],
    ),
  );
  expect((await loadTokenizer(path)).vocabularySize).toBe(2);
});

it("a file without a tokenizer has none", async () => {
  expect(await findTokenizer(await written({}, 3))).toBeNull();
  await expect(loadTokenizer(await written({}, 3))).rejects.toMatchObject({ code: "not-found" });
});
