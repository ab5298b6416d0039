import type { ConfigReader } from "../../config-reader.ts";

/** How a text is split before each part is made of tokens, and what goes with it. */
export interface PreTokenizer {
  /** In the words of `tokenizer.json`. */
  readonly splits: readonly object[];
  /** Whether a part that is a token is taken as it is. */
  readonly ignoreMerges?: boolean;
  /** Whether letters and their accents are put together first (Unicode's NFC). */
  readonly composed?: boolean;
  /** Qwen has no token that begins a text, though its files name one: it counts where the file says that it is added. */
  readonly beginning?: "if added";
}

const SPACE = "\\p{White_Space}";
const CONTRACTIONS = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";
const WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const SPACES = `${SPACE}*[\\r\\n]+|${SPACE}+(?!\\P{White_Space})|${SPACE}+`;
const signs = (ends: string) => ` ?[^${SPACE}\\p{L}\\p{N}]+[${ends}]*`;

const words = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const bytes = { ...words, use_regex: false };
const by = (...alternatives: string[]) => [
  { type: "Split", pattern: { Regex: alternatives.join("|") }, behavior: "Isolated", invert: false },
  bytes,
];

const gpt2: PreTokenizer = { splits: [words] };
const starcoder: PreTokenizer = { splits: [{ type: "Digits", individual_digits: true }, words] };
const llama3: PreTokenizer = {
  splits: by(CONTRACTIONS, WORD, "\\p{N}{1,3}", signs("\\r\\n"), SPACES),
  ignoreMerges: true,
};
const qwen2: PreTokenizer = {
  splits: by(CONTRACTIONS, WORD, "\\p{N}", signs("\\r\\n"), SPACES),
  composed: true,
  beginning: "if added",
};
const tekken: PreTokenizer = {
  splits: by(
    `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+`,
    `[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*`,
    "\\p{N}",
    signs("\\r\\n/"),
    SPACES,
  ),
  ignoreMerges: true,
};

/** By `tokenizer.ggml.pre`: names of llama.cpp for the tokenizers of the architectures that are read. */
const BY_NAME: Readonly<Record<string, PreTokenizer>> = {
  "gpt-2": gpt2,
  "phi-2": gpt2,
  smollm: starcoder,
  starcoder,
  refact: starcoder,
  "llama-bpe": llama3,
  llama3,
  "llama-v3": llama3,
  falcon3: llama3,
  qwen2,
  "deepseek-r1-qwen": qwen2,
  tekken,
};

/** What architectures have that have only one; for files from before there were names. */
const BY_ARCHITECTURE: Readonly<Record<string, PreTokenizer>> = { gpt2, qwen2, qwen3: qwen2 };

const KEY = "tokenizer.ggml.pre";

/**
 * How a file's texts are split.
 *
 * @throws AutocircuitError `bad-file` for a name that is not known: other splits give other tokens, and nobody would see it
 */
export function preTokenizerOf(raw: ConfigReader): PreTokenizer {
  const name = raw.string(KEY, "default");
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name]!;
  const architecture = raw.string("general.architecture");
  if (name === "default" && Object.hasOwn(BY_ARCHITECTURE, architecture)) return BY_ARCHITECTURE[architecture]!;
  const known = Object.keys(BY_NAME).join(", ");
  throw raw.fail(KEY, `does not say how texts are split (known are ${known}). Convert the model again`);
}
