import { kindOf } from "../language/call-function.ts";
import { RaspError } from "../rasp-error.ts";
import type { Token } from "../values/value.ts";

/**
 * `compatible` reproduces tracr's weights to the last bit, its known faults included. `corrected` gives up equality for a model
 * that computes what the program says (docs/rasp.md lists the differences).
 */
export type CompileMode = "compatible" | "corrected";

/** How to compile. */
export interface CompileOptions {
  /** The tokens the model accepts, without BOS and PAD. */
  readonly vocab: readonly Token[];
  /** Longest input, in tokens, without BOS. */
  readonly maxSeqLen: number;
  /** Mask attention to later positions. Changes the config, never the weights. Default false. */
  readonly causal?: boolean;
  /** Name of the beginning-of-sequence token that every input starts with. Default `compiler_bos`. */
  readonly bos?: string;
  /** Name of the padding token. Default `compiler_pad`. */
  readonly pad?: string;
  /** Steepness of the steps in MLPs that read a number: a step is 1 / mlpExactness wide. Default 100. */
  readonly mlpExactness?: number;
  /** Default `compatible`. */
  readonly mode?: CompileMode;
}

/** {@link CompileOptions} with every default filled in. */
export type Settings = Required<CompileOptions>;

/** Longest input, and largest vocabulary. */
const longest = 20_000;

/** Checks the options and fills in the defaults. */
export function settingsOf(options: CompileOptions): Settings {
  checkForms(options);
  const settings: Settings = {
    vocab: [...new Set(options.vocab)],
    maxSeqLen: options.maxSeqLen,
    causal: options.causal ?? false,
    bos: options.bos ?? "compiler_bos",
    pad: options.pad ?? "compiler_pad",
    mlpExactness: options.mlpExactness ?? 100,
    mode: options.mode ?? "compatible",
  };
  const { vocab, maxSeqLen, bos, pad, mlpExactness } = settings;
  if (vocab.length === 0) throw bad("vocab is empty: give at least one token");
  for (const token of vocab) {
    if (typeof token !== "string" && !Number.isFinite(token)) {
      throw bad(`vocab contains ${kindOf(token)}: tokens are strings or finite numbers`);
    }
  }
  if (bos === pad) throw bad(`bos and pad are both "${bos}": give them different names`);
  for (const [role, token] of Object.entries({ bos, pad })) {
    if (vocab.includes(token))
      throw bad(`vocab contains the ${role} token "${token}": choose another name with the ${role} option`);
  }
  if (!Number.isInteger(maxSeqLen) || maxSeqLen < 1) {
    throw bad(`maxSeqLen is ${maxSeqLen}: it must be a whole number of tokens, 1 or more`);
  }
  if (maxSeqLen > longest || vocab.length > longest) {
    throw bad(
      `maxSeqLen is ${maxSeqLen} and vocab has ${vocab.length} tokens: each position and token takes a dimension of its own, so at most ${longest} of ` +
        "either are allowed",
    );
  }
  if (!(mlpExactness > 0 && Number.isFinite(mlpExactness))) {
    throw bad(`mlpExactness is ${mlpExactness}: it must be a positive number`);
  }
  return settings;
}

/** Checks what callers without types may get wrong; numbers and names are checked with the defaults filled in. */
function checkForms(options: CompileOptions): void {
  if (typeof options !== "object" || options === null) throw bad("the options are missing: { vocab, maxSeqLen }");
  const { vocab, causal = false, bos = "", pad = "", mode = "compatible", maxSeqLen, mlpExactness = 1 } = options;
  if (!Array.isArray(vocab)) throw bad(`vocab is ${kindOf(vocab)}: give a list of tokens`);
  if (typeof causal !== "boolean") throw bad(`causal is ${kindOf(causal)}: it is true or false`);
  for (const [role, token] of Object.entries({ bos, pad })) {
    if (typeof token !== "string") throw bad(`${role} is ${kindOf(token)}: give the token's name`);
  }
  for (const [name, value] of Object.entries({ maxSeqLen, mlpExactness })) {
    if (typeof value !== "number") throw bad(`${name} is ${kindOf(value)}: give a number`);
  }
  if (mode !== "compatible" && mode !== "corrected") {
    throw bad(`mode is ${kindOf(mode)}: there are "compatible" and "corrected"`);
  }
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) throw bad(`there is no option ${name}; there are ${[...optionNames].join(", ")}`);
  }
}

const optionNames: ReadonlySet<string> = new Set([
  "vocab",
  "maxSeqLen",
  "causal",
  "bos",
  "pad",
  "mlpExactness",
  "mode",
] satisfies (keyof CompileOptions)[]);

function bad(message: string): RaspError {
  return new RaspError("bad-input", message);
}
