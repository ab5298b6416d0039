import { badFile, shownValue } from "@autocircuit/base";
import type { ConfigReader } from "../config-reader.ts";
import { isId } from "./added-tokens.ts";

/** What a check of `model` finds out. */
export interface CheckedModel {
  readonly type: string;
  /** Id of each token. */
  readonly ids: ReadonlyMap<string, number>;
}

/** Checks the `model` of a `tokenizer.json`: its type, its vocabulary, its merges. */
export function checkModel(model: ConfigReader): CheckedModel {
  const type = model.string("type", model.has("merges") ? "BPE" : undefined);
  switch (type) {
    case "BPE": {
      const ids = vocabulary(model);
      checkMerges(model, ids);
      return { type, ids };
    }
    case "WordPiece":
    case "WordLevel":
      return { type, ids: vocabulary(model) };
    case "Unigram":
      return { type, ids: scoredVocabulary(model) };
    default:
      throw model.fail("type", "is not known (BPE, Unigram, WordPiece and WordLevel are)");
  }
}

function vocabulary(model: ConfigReader): ReadonlyMap<string, number> {
  const ids = Object.entries(model.object("vocab")?.values ?? {});
  if (ids.length === 0) throw model.fail("vocab", "holds no tokens");
  for (const [token, id] of ids) {
    if (!isId(id)) throw problem(model, `\`vocab\`: token ${shownValue(token)} has id ${shownValue(id)}`);
  }
  return new Map(ids as [string, number][]);
}

function scoredVocabulary(model: ConfigReader): ReadonlyMap<string, number> {
  const pieces = model.raw("vocab");
  if (!Array.isArray(pieces) || pieces.length === 0) throw model.fail("vocab", "is not a list of tokens and scores");
  pieces.forEach((piece: unknown, index) => {
    if (!Array.isArray(piece) || typeof piece[0] !== "string" || typeof piece[1] !== "number") {
      throw problem(model, `\`vocab\`[${index}] is ${shownValue(piece)}, not a token and its score`);
    }
  });
  const unknown = model.raw("unk_id") ?? null;
  if (unknown !== null && !(isId(unknown) && unknown < pieces.length)) {
    throw model.fail("unk_id", "is no place in the vocabulary");
  }
  return new Map(pieces.map(([token]: [string, number], index) => [token, index]));
}

/** Merges are pairs, or text with a space between; both parts and the whole must be tokens. */
function checkMerges(model: ConfigReader, ids: ReadonlyMap<string, number>): void {
  const merges = model.raw("merges");
  if (!Array.isArray(merges)) throw model.fail("merges", "is not a list");
  const prefix = model.string("continuing_subword_prefix", "");
  const form = typeof merges[0];
  merges.forEach((merge: unknown, index) => {
    const fail = (reason: string) => problem(model, `\`merges\`[${index}] is ${shownValue(merge)}, ${reason}`);
    const parts: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (!isPair(parts)) throw fail("not two tokens");
    // The library tells the two forms apart by the first merge alone.
    if (typeof merge !== form) throw fail("but the merges before it have another form");
    const [left, right] = parts;
    const whole = left + (prefix !== "" && right.startsWith(prefix) ? right.slice(prefix.length) : right);
    if (ids.has(left) && ids.has(right) && ids.has(whole)) return;
    const unknown = [left, right, whole].find((token) => !ids.has(token));
    throw fail(`but ${shownValue(unknown)} is not in the vocabulary`);
  });
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && typeof value[1] === "string";
}

function problem(model: ConfigReader, what: string): Error {
  return badFile(model.where, `${what}.`);
}
