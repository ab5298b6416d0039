import { createRequire } from "node:module";

/** How byte-level BPE spells each byte: as itself where that is a visible character, else as one from U+0100 on. */
export const byteLetters: readonly string[] = (() => {
  let next = 256;
  const visible = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
})();

/** A byte-level vocabulary in GPT-2's form: 256 bytes, then what each merge gives. */
export function byteLevel(merges: readonly string[], last: readonly string[] = []) {
  const tokens = [...byteLetters, ...merges.map((merge) => merge.replace(" ", "")), ...last];
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: merges.join("\n") };
}

/** GPT-2's `vocab.json` and `merges.txt`, worked out from the ranks in `gpt-tokenizer`. */
export function gpt2VocabAndMerges() {
  const require = createRequire(import.meta.url);
  const ranks: readonly (string | readonly number[])[] = require("gpt-tokenizer/bpeRanks/r50k_base").default;
  const spelled = ranks.map((token) => [...Buffer.from(token as string)].map((byte) => byteLetters[byte]).join(""));
  const ids = new Map(spelled.map((token, id) => [token, id]));
  // A token's two parts are what merging with the earlier ranks alone leaves of it.
  const parts = (id: number): string => {
    let pieces = [...spelled[id]!];
    while (pieces.length > 2) {
      const joined = pieces.slice(1).map((piece, at) => ids.get(pieces[at]! + piece) ?? id);
      const at = joined.indexOf(Math.min(...joined));
      pieces = [...pieces.slice(0, at), pieces[at]! + pieces[at + 1]!, ...pieces.slice(at + 2)];
    }
    return pieces.join(" ");
  };
  const merges = spelled.slice(256).map((_, index) => parts(256 + index));
  const vocab = Object.fromEntries([...spelled, "<|endoftext|>"].map((token, id) => [token, id]));
  return { vocab, merges: `#version: 0.2\n${merges.join("\n")}\n` };
}

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);

/** A small tokenizer in Llama's form: SentencePiece BPE with byte fallback, `<s>` before every text. */
export function llamaTokenizer() {
  const pieces = ["▁", "M", "a", "r", "y", "J", "o", "h", "n", "ar", "▁M", "▁Mar", "▁Mary", "oh", "ohn", "▁J", "▁John"];
  const tokens = ["<unk>", "<s>", "</s>", ...bytes, ...pieces];
  return {
    version: "1.0",
    added_tokens: ["<unk>", "<s>", "</s>"].map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [],
      special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: {
      type: "BPE",
      unk_token: "<unk>",
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])) as Record<string, number>,
      merges: ["a r", "▁ M", "▁M ar", "▁Mar y", "o h", "oh n", "▁ J", "▁J ohn"] as (string | string[])[],
    },
  };
}
