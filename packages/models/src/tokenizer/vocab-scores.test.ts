import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trainedModel } from "../../test/fixtures.ts";
import { textFolder } from "../../test/text-folder.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import type { ScoredPiece } from "./vocab-scores.ts";

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const learned = [" ", "a", "b", "c", "ab", " a", "bc", " ab", "aa", "  "];
const pieces: ScoredPiece[] = [
  ...["<unk>", "\n<s>\n", "\n</s>\n", ...bytes].map((piece): ScoredPiece => [piece, 0]),
  ...learned.map((piece, rank): ScoredPiece => [piece, -rank]),
];

/** SentencePiece's own way, word for word: join the best neighbors, leftmost first, until nothing joins. */
function greedy(text: string, scored: readonly ScoredPiece[]): number[] {
  const ids = new Map(scored.map(([piece], id) => [piece, id]));
  let parts = text === "" ? [] : [...` ${text}`];
  for (;;) {
    let best = -1;
    let score = Number.NEGATIVE_INFINITY;
    for (let at = 0; at + 1 < parts.length; at++) {
      const id = ids.get(parts[at]! + parts[at + 1]!);
      if (id !== undefined && scored[id]![1] > score) [best, score] = [at, scored[id]![1]];
    }
    if (best < 0) break;
    parts = [...parts.slice(0, best), parts[best]! + parts[best + 1]!, ...parts.slice(best + 2)];
  }
  const byteIds = (part: string) => [...new TextEncoder().encode(part)].map((byte) => ids.get(bytes[byte]!)!);
  return parts.flatMap((part) => ids.get(part) ?? byteIds(part));
}

describe("vocab_scores.json", () => {
  it("gives the pieces with the best scores, and text with its spaces back", async () => {
    await using files = await textFolder({
      "vocab_scores.json": pieces,
      "config.json": { bos_token_id: 1, eos_token_id: 2 },
    });
    const tokenizer = await loadTokenizer(files.folder);
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, vocabularySize: 269 });
    expect(tokenizer.pieces("ab abc é")).toEqual([" ab", " ab", "c", " ", "\ufffd", "\ufffd"]);
    expect(tokenizer.decode([1, ...tokenizer.encode("ab abc é")], { skipSpecialTokens: true })).toBe("ab abc é");
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c", " ", "é", "\n")), (letters) => {
        const text = letters.join("");
        expect(tokenizer.encode(text)).toEqual(greedy(text, pieces));
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  const dreams = trainedModel("dreams-llama");
  it.skipIf(!existsSync(dreams))("of the trained Llama (skipped without shared/models)", async () => {
    const tokenizer = await loadTokenizer(dreams);
    const scored: ScoredPiece[] = JSON.parse(await readFile(`${dreams}/vocab_scores.json`, "utf8"));
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, vocabularySize: 512 });
    const words = "Echoes of vectors unfold, a gentle hum of precision, as I sense the nodes".split(" ");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words, "whispers", "☃", " ", "\n", "2")), (list) => {
        const text = list.join(" ");
        expect(tokenizer.encode(text)).toEqual(greedy(text, scored));
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  it.each<[string, unknown, RegExp]>([
    ["no list", {}, /is not a list of pieces/],
    ["no score", [["a"]], /entry 0 is \["a"\], not a piece and its score/],
    [
      "a piece twice",
      [
        ["a", 0],
        ["b", 0],
        ["a", -1],
      ],
      /piece "a" is there twice, as 0 and 2/,
    ],
  ])("refuses %s", async (_title, json, reason) => {
    await using files = await textFolder({ "vocab_scores.json": JSON.stringify(json) });
    await expect(loadTokenizer(files.folder)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(reason),
    });
  });
});
