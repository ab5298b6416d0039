import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textFolder } from "../../test/text-folder.ts";
import { gpt2VocabAndMerges } from "../../test/tokenizers.ts";
import { gpt2Tokenizer } from "./gpt2-tokenizer.ts";
import { loadTokenizer } from "./load-tokenizer.ts";

describe("gpt2Tokenizer", () => {
  const tokenizer = gpt2Tokenizer();

  it("gives GPT-2's ids", () => {
    expect(tokenizer).toMatchObject({ bosId: 50_256, eosId: 50_256, padId: 50_256, vocabularySize: 50_257 });
    expect(tokenizer.encode(" Mary")).toEqual([5335]);
    expect(tokenizer.encode(" John")).toEqual([1757]);
    expect(tokenizer.encode("Hello<|endoftext|>")).toEqual([15_496, 50_256]);
    expect(tokenizer.encode("When Mary and John went to the store, John gave a drink to")).toEqual([
      2215, 5335, 290, 1757, 1816, 284, 262, 3650, 11, 1757, 2921, 257, 4144, 284,
    ]);
  });

  it("gives back text and tokens", () => {
    expect(tokenizer.decode([50_256, 2215, 5335])).toBe("<|endoftext|>When Mary");
    expect(tokenizer.decode([50_256, 2215, 5335], { skipSpecialTokens: true })).toBe("When Mary");
    expect(tokenizer.decode([5335, 50_300])).toBe(" Mary");
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.pieces(" Basingstoke")).toEqual([" B", "asing", "st", "oke"]);
    expect(tokenizer.token(5335)).toBe(" Mary");
    expect(tokenizer.token(50_257)).toBeUndefined();
  });

  it("keeps unfinished characters in their place", () => {
    const [first, ...rest] = tokenizer.encode("\u{1f600}");
    expect(rest).not.toHaveLength(0);
    expect(tokenizer.decode([5335, first!, 1757])).toBe(" Mary\ufffd John");
  });

  it("agrees with the library that reads vocab.json and merges.txt", async () => {
    const { vocab, merges } = gpt2VocabAndMerges();
    await using files = await textFolder({
      "vocab.json": vocab,
      "merges.txt": merges,
      "config.json": { bos_token_id: 50_256 },
    });
    const other = await loadTokenizer(files.folder);
    expect(other).toMatchObject({ bosId: 50_256, vocabularySize: 50_257 });
    const words = fc.constantFrom(
      " the",
      "'s",
      "  ",
      "\n",
      " 2024",
      "é",
      "\ufeff",
      " Straße",
      "東京",
      "\u{1f469}\u200d\u{1f680}",
      "<|endoftext|>",
    );
    const letters = fc.string({ unit: "grapheme" });
    const code = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.array(fc.oneof(words, letters, code)), (parts) => {
        const text = parts.join("");
        const ids = tokenizer.encode(text);
        expect(other.encode(text)).toEqual(ids);
        expect(tokenizer.decode(ids)).toBe(text);
        expect(other.decode(ids)).toBe(text);
        expect(other.pieces(text)).toEqual(tokenizer.pieces(text));
      }),
      { numRuns: 500 },
    );
  });
});
