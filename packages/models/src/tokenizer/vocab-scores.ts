import { parseJson } from "@autocircuit/base";
import { badFile } from "../bad-file.ts";
import { type AddedToken, checkIds } from "./added-tokens.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** What stands for a space in SentencePiece vocabularies. */
const SPACE = "▁";
const BYTE = /^<0x[0-9A-F]{2}>$/;
const CONTROL = /^<(unk|s|\/s|pad)>$/;

/** A piece of a SentencePiece vocabulary: its place in the list is its id. */
export type ScoredPiece = readonly [piece: string, score: number];

/**
 * A tokenizer from `vocab_scores.json`: the pieces of a SentencePiece BPE vocabulary with their scores, in order of id, as
 * `[["<unk>", 0], ["<s>", 0], ..., ["in", -1], ...]`. A space inside a piece is written as a space or as U+2581;
 * `<unk>`, `<s>`, `</s>` (line breaks around them are ignored) are control tokens, `<0x0A>` is a byte.
 *
 * SentencePiece joins, again and again, the neighbors whose union is the piece with the highest score (Kudo and
 * Richardson 2018, section 3.1). That is BPE whose merges are all ways to split each piece in two, ordered by score.
 *
 * @throws AutocircuitError `bad-file`
 */
export function fromVocabScores(text: string, path: string): TokenizerJson {
  const pieces = parse(text, path);
  const added: AddedToken[] = [];
  const scores = new Map<string, number>();
  const vocab = Object.create(null) as Record<string, number>;
  pieces.forEach(([raw, score], id) => {
    const control = CONTROL.exec(raw.trim())?.[0];
    const piece = control ?? raw.replaceAll(" ", SPACE);
    if (piece in vocab)
      throw badFile(path, `piece ${JSON.stringify(raw)} is there twice, as ${vocab[piece]} and ${id}.`);
    vocab[piece] = id;
    if (control) added.push({ id, content: control, special: true, normalized: false });
    else if (!BYTE.test(piece)) scores.set(piece, score);
  });
  checkIds(new Map(Object.entries(vocab)), added, path);
  return {
    model: {
      type: "BPE",
      vocab,
      merges: mergesByScore(scores),
      unk_token: "<unk>" in vocab ? "<unk>" : null,
      fuse_unk: true,
      byte_fallback: BYTE.test(pieces.find(([piece]) => BYTE.test(piece))?.[0] ?? ""),
    },
    added_tokens: added,
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: SPACE },
        { type: "Replace", pattern: { String: " " }, content: SPACE },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: SPACE }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
  };
}

function mergesByScore(scores: ReadonlyMap<string, number>): [string, string][] {
  const merges: { score: number; pair: [string, string] }[] = [];
  for (const [piece, score] of scores) {
    const letters = [...piece];
    for (let at = 1; at < letters.length; at++) {
      const left = letters.slice(0, at).join("");
      const right = letters.slice(at).join("");
      if (scores.has(left) && scores.has(right)) merges.push({ score, pair: [left, right] });
    }
  }
  return merges.sort((a, b) => b.score - a.score).map(({ pair }) => pair);
}

function parse(text: string, path: string): readonly ScoredPiece[] {
  let raw: unknown;
  try {
    raw = parseJson(text);
  } catch (cause) {
    throw badFile(path, `is not JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!Array.isArray(raw) || raw.length === 0) throw badFile(path, "is not a list of pieces and scores.");
  raw.forEach((entry: unknown, id) => {
    const good = Array.isArray(entry) && typeof entry[0] === "string" && entry[0] !== "" && Number.isFinite(entry[1]);
    if (!good) throw badFile(path, `entry ${id} is ${JSON.stringify(entry)}, not a piece and its score.`);
  });
  return raw as ScoredPiece[];
}
