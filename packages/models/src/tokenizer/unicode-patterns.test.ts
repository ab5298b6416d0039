import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { llamaTokenizer } from "../../test/tokenizers.ts";
import { LibraryCodec } from "./library-codec.ts";
import { parseTokenizerJson } from "./tokenizer-json.ts";

/** What the Rust library `tokenizers` makes of texts with every kind of space, digit and letter. */
const path = fileURLToPath(new URL("../../test/fixtures/tokenizer-splits.json", import.meta.url));
const { texts, strip, pieces } = JSON.parse(readFileSync(path, "utf8")) as {
  texts: string[];
  strip: string[];
  pieces: Record<string, string[][]>;
};

/** A tokenizer whose words are all pieces that occur. */
async function words(vocabulary: Iterable<string>, parts: object) {
  const names = [...new Set(vocabulary)].filter((word) => word !== "");
  const vocab = Object.fromEntries(names.map((word, id) => [word, id]));
  const json = { model: { type: "WordLevel", vocab, unk_token: "" }, added_tokens: [], ...parts };
  const codec = await LibraryCodec.create(parseTokenizerJson(JSON.stringify(json), "tokenizer.json"), "tokenizer.json");
  return (text: string) => codec.encode(text).map((id) => names[id]);
}

describe("splits as the tokenizers do that models are trained with", () => {
  it.each(Object.keys(pieces))("%s", async (name) => {
    const [type, each] = name.split(", ");
    const split = await words(["a", ...pieces[name]!.flat()], {
      pre_tokenizer: { type, individual_digits: each !== undefined },
    });
    texts.forEach((text, at) => {
      expect([text, split(text)]).toEqual([text, pieces[name]![at]]);
    });
  });

  it("in a sequence", async () => {
    const expected = pieces.WhitespaceSplit!;
    const pretokenizers = [{ type: "WhitespaceSplit" }, { type: "Digits", individual_digits: false }];
    const split = await words(["a", "b", ...expected.flat()], { pre_tokenizer: { type: "Sequence", pretokenizers } });
    expect(split("a\u0085b")).toEqual(["a", "b"]);
  });

  it("strips what it takes for space", async () => {
    for (const normalizer of [
      { type: "Strip", strip_left: true, strip_right: true },
      { type: "Sequence", normalizers: [{ type: "Strip", strip_left: true, strip_right: true }] },
    ]) {
      const whole = await words(["a", ...strip], { normalizer });
      texts.forEach((text, at) => {
        expect([text, whole(text)]).toEqual([text, strip[at] === "" ? [] : [strip[at]]]);
      });
    }
  });
});

it("keeps U+FEFF where bytes become text", async () => {
  const codec = await LibraryCodec.create(
    parseTokenizerJson(JSON.stringify(llamaTokenizer()), "tokenizer.json"),
    "tokenizer.json",
  );
  for (const text of ["\ufeffMary", "Mary\ufeff", "\ufeff\ufeff"]) {
    expect(codec.decode(codec.encode(text), false)).toBe(text);
  }
});
