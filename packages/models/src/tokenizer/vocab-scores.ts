import { badFile, parseJson, shownValue } from "@autocircuit/base";
import { type AddedToken, checkIds } from "./added-tokens.ts";
import { fromSentencePieces, SPACE } from "./sentence-piece.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

const BYTE = /^<0x[0-9A-F]{2}>$/;
const CONTROL = /^<(unk|s|\/s|pad)>$/;

/** A piece of a SentencePiece vocabulary: its place in the list is its id. */
export type ScoredPiece = readonly [piece: string, score: number];

/**
 * A tokenizer from `vocab_scores.json`: the pieces of a SentencePiece BPE vocabulary with their scores, in order of id, as
 * `[["<unk>", 0], ["<s>", 0], ..., ["in", -1], ...]`. A space inside a piece is written as a space or as U+2581;
 * `<unk>`, `<s>`, `</s>` (line breaks around them are ignored) are control tokens, `<0x0A>` is a byte.
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
    if (piece in vocab) throw badFile(path, `piece ${shownValue(raw)} is there twice, as ${vocab[piece]} and ${id}.`);
    vocab[piece] = id;
    if (control) added.push({ id, content: control, special: true, normalized: false });
    else if (!BYTE.test(piece)) scores.set(piece, score);
  });
  checkIds(new Map(Object.entries(vocab)), added, path);
  return fromSentencePieces({
    vocab,
    scores,
    added,
    unknown: "<unk>" in vocab ? "<unk>" : null,
    bytes: pieces.some(([piece]) => BYTE.test(piece)),
    prefix: true,
  });
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
    if (!good) throw badFile(path, `entry ${id} is ${shownValue(entry)}, not a piece and its score.`);
  });
  return raw as ScoredPiece[];
}
