import { badFile } from "@autocircuit/base";
import type { ConfigReader } from "@autocircuit/models";
import type { MadeFor } from "../made-for.ts";

/** What SAELens's architectures compute, by the names in `cfg.json`. */
export const architectures = [
  "standard",
  "gated",
  "topk",
  "abstopk",
  "jumprelu",
  "transcoder",
  "skip_transcoder",
  "jumprelu_transcoder",
  "jumprelu_skip_transcoder",
] as const;

export type Architecture = (typeof architectures)[number];

/** What `normalize_activations` can be, once old spellings are gone. */
export type SaeLensNormalization = "none" | "layer_norm" | "constant_norm_rescale" | "expected_average_only_in";

/** A `cfg.json` of any age, in one form. */
export interface SaeLensConfig {
  readonly architecture: Architecture;
  readonly isTranscoder: boolean;
  readonly dIn: number;
  readonly dSae: number;
  readonly hookIn: string;
  readonly hookOut: string;
  readonly normalization: SaeLensNormalization;
  readonly subtractOutputBias: boolean;
  /** Latents to keep, of the top-k architectures. */
  readonly k: number | undefined;
  /** Whether pre-activations are compared by what they write. */
  readonly rescale: boolean;
  readonly modelName: string | undefined;
  readonly madeFor: MadeFor;
  /** What the latents were called in the file that these were pruned from; this project's own entry, see `saveAutoencoders`. */
  readonly latentNumbers: readonly number[] | undefined;
}

/**
 * Reads `cfg.json`. Files from before SAELens 6 are flat and leave defaults out; newer ones keep what concerns the model in `metadata`.
 *
 * @throws AutocircuitError `bad-file` for anything that changes the computation in a way that is not known here
 */
export function readSaeLensConfig(raw: ConfigReader): SaeLensConfig {
  const about = isOld(raw) ? raw : (raw.object("metadata") ?? raw);
  const { architecture, k } = isOld(raw) ? oldArchitecture(raw) : newArchitecture(raw);
  const isTranscoder = architecture.endsWith("transcoder");
  const hookIn = hookOf(about);
  const hookOut = isTranscoder ? about.string("hook_name_out") : hookIn;
  const subtractOutputBias = raw.boolean("apply_b_dec_to_input", !isTranscoder);
  if (isTranscoder && subtractOutputBias) {
    throw raw.fail("apply_b_dec_to_input", "no transcoder can have: its b_dec belongs to another activation");
  }
  for (const key of ["hook_head_index", "hook_point_head_index"]) {
    if (about.has(key)) throw about.fail(key, "is an autoencoder of a single head; those are not read");
  }
  checkReshaping(raw, hookIn, isTranscoder);
  const name = about.raw("model_name");
  return {
    ...{ architecture, isTranscoder, k, hookIn, hookOut, subtractOutputBias },
    dIn: raw.size("d_in"),
    dSae: raw.size("d_sae"),
    normalization: normalization(raw),
    rescale: raw.boolean("rescale_acts_by_decoder_norm", false),
    modelName: typeof name === "string" ? name : undefined,
    madeFor: madeFor(about),
    latentNumbers: about.has("latent_numbers") ? latentNumbers(about, raw.size("d_sae")) : undefined,
  };
}

function hookOf(about: ConfigReader): string {
  for (const key of ["hook_name", "hook_point"]) if (about.has(key)) return about.string(key);
  throw badFile(
    about.where,
    "does not say what the autoencoder reads: it has no `hook_name` (`hook_point` in old files). Is it a cfg.json of SAELens?",
  );
}

/**
 * Whether the weights of the model that it was trained on were processed: what the loader was told; else as they are stored, for models of
 * `transformers` and, from the version on that trains without processing, for TransformerLens's.
 */
function madeFor(about: ConfigReader): MadeFor {
  const told = about.object("model_from_pretrained_kwargs");
  const flag = (key: string) => (told?.has(key) ? told.boolean(key, false) : undefined);
  const unprocessed =
    about.raw("model_class_name") === "AutoModelForCausalLM" ||
    trainsUnprocessed(about.raw("sae_lens_training_version"));
  const foldedNorms = flag("fold_ln") ?? (unprocessed ? false : undefined);
  const folded = flag("fold_value_biases");
  return {
    centeredWrites: flag("center_writing_weights") ?? (unprocessed ? false : undefined),
    valueBiases: folded === undefined ? (unprocessed ? true : undefined) : !folded,
    foldedNorms,
  };
}

/** SAELens's default from 3.20 on. */
function trainsUnprocessed(version: unknown): boolean {
  const found = /^(\d+)\.(\d+)\./.exec(String(version));
  if (found === null) return false;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major > 3 || (major === 3 && minor >= 20);
}

function latentNumbers(about: ConfigReader, latents: number): readonly number[] {
  const numbers = about.raw("latent_numbers");
  const fits =
    Array.isArray(numbers) &&
    numbers.length === latents &&
    numbers.every((number) => Number.isSafeInteger(number) && number >= 0) &&
    new Set(numbers).size === latents;
  if (fits) return numbers as number[];
  throw about.fail("latent_numbers", `is not a list of ${latents} different whole numbers, one for each latent`);
}

function isOld(raw: ConfigReader): boolean {
  const version = raw.raw("sae_lens_version") ?? raw.object("metadata")?.raw("sae_lens_version");
  if (version === undefined) return true;
  const major = /^(\d+)\./.exec(String(version));
  if (!major) throw badFile(raw.where, `\`sae_lens_version\` is ${JSON.stringify(version)}, which is no version.`);
  return Number(major[1]) < 6;
}

type ArchitectureAndK = Pick<SaeLensConfig, "architecture" | "k">;

function newArchitecture(raw: ConfigReader): ArchitectureAndK {
  const architecture = known(raw, raw.string("architecture"));
  return { architecture, k: keepsK(architecture) ? raw.number("k") : undefined };
}

/** Old files: an activation of top-k counts more than the architecture, which may not be there. */
function oldArchitecture(raw: ConfigReader): ArchitectureAndK {
  const activation = raw.has("activation_fn_str")
    ? raw.string("activation_fn_str")
    : raw.string("activation_fn", "relu");
  const k = raw.object("activation_fn_kwargs")?.raw("k");
  if (activation === "topk" && typeof k === "number") return { architecture: "topk", k };
  const architecture = known(raw, raw.string("architecture", "standard"));
  if (activation !== "relu" || keepsK(architecture)) {
    const key = raw.has("activation_fn_str") ? "activation_fn_str" : "activation_fn";
    throw raw.fail(key, "is read as relu, or as topk with a `k` in `activation_fn_kwargs`");
  }
  return { architecture, k: undefined };
}

function known(raw: ConfigReader, name: string): Architecture {
  const found = architectures.find((architecture) => architecture === name);
  if (found) return found;
  throw raw.fail("architecture", `is not known here; known are ${architectures.join(", ")}`);
}

function keepsK(architecture: Architecture): boolean {
  return architecture === "topk" || architecture === "abstopk";
}

function normalization(raw: ConfigReader): SaeLensNormalization {
  const value = raw.raw("normalize_activations") ?? "none";
  if (value === false) return "none";
  if (value === true) return "expected_average_only_in";
  const names = ["none", "layer_norm", "constant_norm_rescale", "expected_average_only_in"] as const;
  const found = names.find((name) => name === value);
  if (found) return found;
  throw raw.fail(
    "normalize_activations",
    `is not done here (done are ${names.join(", ")}); fold it into the weights and save it as "none"`,
  );
}

/** Joining heads follows the hook; a file that says otherwise is not understood. */
function checkReshaping(raw: ConfigReader, hookIn: string, isTranscoder: boolean): void {
  const atZ = hookIn.endsWith("hook_z");
  const reshaping = raw.string("reshape_activations", atZ ? "hook_z" : "none");
  if (reshaping === "none" || (reshaping === "hook_z" && atZ && !isTranscoder)) return;
  throw raw.fail("reshape_activations", `does not fit the hook ${hookIn}`);
}
