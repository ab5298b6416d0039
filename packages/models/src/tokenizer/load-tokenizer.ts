import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { AutocircuitError, kind, readText, signature } from "@autocircuit/base";
import { ConfigReader } from "../config-reader.ts";
import { isGguf } from "../gguf/gguf-file.ts";
import { ggufConfig } from "../gguf/model-config.ts";
import { ggufTokenizer } from "../gguf/tokenizer/gguf-tokenizer.ts";
import { FAMILIES } from "../hugging-face/families.ts";
import { GPT2_VOCABULARY, gpt2Tokenizer } from "./gpt2-tokenizer.ts";
import { LibraryCodec } from "./library-codec.ts";
import { findSpecialIds } from "./special-tokens.ts";
import { TextTokenizer } from "./text-tokenizer.ts";
import type { TOKENIZER_FILES } from "./tokenizer-files.ts";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json.ts";
import { fromVocabAndMerges } from "./vocab-and-merges.ts";
import { fromVocabScores } from "./vocab-scores.ts";

type TokenizerFile = (typeof TOKENIZER_FILES)[number] | "config.json";

const check = signature("loadTokenizer", { folder: kind.text });

/**
 * Loads the tokenizer of a GGUF file, or of a model's folder, or of the folder that a GGUF file without one lies in: `tokenizer.json`; else `vocab.json` with `merges.txt` (GPT-2's form); else
 * `vocab_scores.json` (SentencePiece pieces with scores); else, for a GPT-2 with 50,257 tokens, GPT-2's own.
 *
 * @throws AutocircuitError `not-found` when the folder has none, `bad-file` when it is broken
 * @example
 * const tokenizer = await loadTokenizer("models/pythia-70m");
 */
export async function loadTokenizer(folder: string): Promise<TextTokenizer> {
  const tokenizer = await findTokenizer(folder);
  if (tokenizer) return tokenizer;
  throw new AutocircuitError(
    "not-found",
    `${folder}: has no tokenizer (tokenizer.json, vocab.json with merges.txt, or vocab_scores.json). Give token ids, or copy the tokenizer.json of the model it was trained from.`,
  );
}

/** The same, null when the folder has none. */
export async function findTokenizer(folder: string): Promise<TextTokenizer | null> {
  check({ folder });
  if (isGguf(folder)) return (await ggufTokenizer(folder)) ?? besideGguf(folder);
  const modelConfig = await json(folder, "config.json");
  const source = await describe(folder);
  if (!source) return modelConfig && isGpt2(modelConfig) ? gpt2Tokenizer() : null;
  const tokenizer = await described(folder, source, modelConfig);
  const embeddings = modelConfig && embeddingRows(modelConfig);
  return embeddings === undefined ? tokenizer : tokenizer.within(embeddings);
}

/** The tokenizer in the folder of a GGUF file that has none itself. What else lies there need not be of the same model. */
async function besideGguf(path: string): Promise<TextTokenizer | null> {
  const folder = dirname(path);
  const source = await describe(folder);
  if (!source) return null;
  const { dVocab } = await ggufConfig(path);
  return (await described(folder, source, undefined)).within(dVocab);
}

async function described(
  folder: string,
  source: { json: TokenizerJson; path: string },
  modelConfig: ConfigReader | undefined,
): Promise<TextTokenizer> {
  const codec = await LibraryCodec.create(source.json, source.path);
  const specialIds = findSpecialIds(
    {
      tokenizerConfig: await json(folder, "tokenizer_config.json"),
      specialTokensMap: await json(folder, "special_tokens_map.json"),
      modelConfig,
      postProcessor: source.json.post_processor,
    },
    (token) => codec.idOf(token),
  );
  return new TextTokenizer({ codec: () => codec, specialIds, vocabularySize: codec.size });
}

/** The folder's tokenizer in the form of a `tokenizer.json`, and the file it comes from. */
async function describe(folder: string): Promise<{ json: TokenizerJson; path: string } | undefined> {
  const path = join(folder, "tokenizer.json");
  if (existsSync(path)) return { json: parseTokenizerJson(await readText(path), path), path };
  const mergesPath = join(folder, "merges.txt");
  const vocab = await json(folder, "vocab.json");
  if (vocab && existsSync(mergesPath)) {
    const merges = await readText(mergesPath);
    const named = [await json(folder, "tokenizer_config.json"), await json(folder, "special_tokens_map.json")];
    const configs = named.filter((config) => config !== undefined);
    const added = await json(folder, "added_tokens.json");
    return { json: fromVocabAndMerges({ vocab, merges, mergesPath, added, configs }), path: vocab.where };
  }
  const scoresPath = join(folder, "vocab_scores.json");
  if (!existsSync(scoresPath)) return undefined;
  return { json: fromVocabScores(await readText(scoresPath), scoresPath), path: scoresPath };
}

async function json(folder: string, name: TokenizerFile): Promise<ConfigReader | undefined> {
  const path = join(folder, name);
  return existsSync(path) ? ConfigReader.parse(await readText(path), path) : undefined;
}

/** Rows of a model's embedding; undefined where its configuration does not say. */
function embeddingRows(config: ConfigReader): number | undefined {
  const family = FAMILIES.get(String(config.raw("model_type")));
  const rows = config.raw("vocab_size") ?? config.raw("d_vocab") ?? family?.defaults.vocab_size;
  return typeof rows === "number" ? rows : undefined;
}

/** A GPT-2 in the words of transformers or TransformerLens, with GPT-2's vocabulary. */
function isGpt2(config: ConfigReader): boolean {
  if (config.raw("model_type") === "gpt2") return config.raw("vocab_size") === GPT2_VOCABULARY;
  const named = config.raw("tokenizer_name") === "gpt2" || config.raw("original_architecture") === "GPT2LMHeadModel";
  return named && config.raw("d_vocab") === GPT2_VOCABULARY;
}
