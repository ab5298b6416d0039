import { describe, expect, it } from "vitest";
import { textFolder } from "../../test/text-folder.ts";
import { byteLevel, llamaTokenizer } from "../../test/tokenizers.ts";
import { loadTokenizer } from "./load-tokenizer.ts";

/** A tokenizer.json with a change. */
function edited(edit: (json: ReturnType<typeof llamaTokenizer>) => void): object {
  const json = llamaTokenizer();
  edit(json);
  return json;
}

describe("a broken tokenizer is refused with the file and the reason", () => {
  it.each<[string, string | object, RegExp]>([
    ["not JSON", "{", /tokenizer\.json: is not JSON/],
    ["no object", "[]", /is not a JSON object/],
    ["no model", {}, /`model` is missing, which is not the description of a tokenizer/],
    ["an unknown type", edited((json) => (json.model.type = "Neural")), /`type` is "Neural", which is not known \(BPE/],
    ["no type", { model: { vocab: { a: 0 } } }, /has no `type`/],
    ["no vocabulary", edited((json) => (json.model.vocab = {})), /`vocab` is \{\}, which holds no tokens/],
    ["an odd id", edited((json) => (json.model.vocab.a = -4)), /token "a" has id -4/],
    ["an id far off", edited((json) => (json.model.vocab.a = 2 ** 30)), /token "a" has id 1073741824/],
    ["a doubled id", edited((json) => (json.model.vocab.y = 261)), /id 261 belongs to two tokens, "a" and "y"/],
    [
      "an added token on another's id",
      edited((json) => json.added_tokens.push({ id: 261, content: "<x>", special: true, normalized: false })),
      /id 261 belongs to two tokens, "a" and "<x>"/,
    ],
    [
      "added tokens without text",
      edited((json) => (json.added_tokens = [{ id: 4 }] as never)),
      /`added_tokens`\[0\] needs a `content`/,
    ],
    ["no list of added tokens", edited((json) => (json.added_tokens = 4 as never)), /`added_tokens` is not a list/],
    ["no merges", edited((json) => (json.model.merges = 4 as never)), /`merges` is 4, which is not a list/],
    [
      "an unknown part",
      edited((json) => json.model.merges.push("a zz")),
      /`merges`\[8\] is "a zz", but "zz" is not in the vocabulary/,
    ],
    ["an unknown whole", edited((json) => json.model.merges.push("y M")), /but "yM" is not in the vocabulary/],
    ["three parts", edited((json) => json.model.merges.push("a a r")), /"a a r", not two tokens/],
    ["mixed merges", edited((json) => json.model.merges.push(["a", "r"])), /the merges before it have another form/],
    ["no scores", { model: { type: "Unigram", vocab: [["a"]] } }, /`vocab`\[0\] is \["a"\], not a token and its score/],
    [
      "an unknown token that is none",
      { model: { type: "Unigram", vocab: [["a", 0]], unk_id: 1 } },
      /`unk_id`.*is no place in the vocabulary/,
    ],
    ["no scored list", { model: { type: "Unigram", vocab: { a: 0 } } }, /which is not a list of tokens and scores/],
    ["an unknown decoder", { ...llamaTokenizer(), decoder: { type: "Morse" } }, /cannot be used: .*Morse/],
  ])("%s", async (_title, json, reason) => {
    await using files = await textFolder({ "tokenizer.json": json });
    const error = await loadTokenizer(files.folder).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "bad-file", message: expect.stringMatching(reason) });
    expect((error as Error).message).toContain("tokenizer.json");
  });

  it("vocab.json and merges.txt", async () => {
    const { vocab } = byteLevel([]);
    await using unknown = await textFolder({ "vocab.json": vocab, "merges.txt": "a b" });
    await expect(loadTokenizer(unknown.folder)).rejects.toThrow(/merges\.txt: `merges`\[0\] is "a b", but "ab" is not/);
    await using doubled = await textFolder({ "vocab.json": { ...vocab, x: 3 }, "merges.txt": "" });
    await expect(loadTokenizer(doubled.folder)).rejects.toThrow(/vocab\.json: id 3 belongs to two tokens/);
  });
});
