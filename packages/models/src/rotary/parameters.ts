import { ConfigReader } from "../config-reader.ts";

/** Rotary position parameters, in the words of transformers 5 (`rope_parameters`). */
export type RotaryParameters = RotaryBase &
  (
    | { readonly type: "default" }
    | DynamicScaling
    | { readonly type: "linear"; readonly factor: number }
    | Llama3Scaling
    | YarnScaling
  );

interface RotaryBase {
  /** Base of the geometric series of wavelengths. */
  readonly theta: number;
  /** The part of each head that is turned. */
  readonly partial: number;
}

/** The base grows with the sequence, beyond the context (NTK-aware scaling, as transformers does it). */
export interface DynamicScaling {
  readonly type: "dynamic";
  readonly context: number;
}

/** Long wavelengths are stretched, short ones kept, those between interpolated (Llama 3.1). */
export interface Llama3Scaling {
  readonly type: "llama3";
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalContext: number;
}

/** YaRN (Peng et al. 2023, section 3): a ramp between kept and stretched frequencies, and a multiplier on cos and sin. */
export interface YarnScaling {
  readonly type: "yarn";
  readonly factor: number;
  readonly originalContext: number;
  readonly betaFast: number;
  readonly betaSlow: number;
  readonly attentionFactor: number;
  /** Whether the ramp's ends are rounded to whole dimensions. */
  readonly truncate: boolean;
}

/** Under which keys of `config.json` a family keeps what is not in an object of its own. */
export interface RotaryKeys {
  readonly theta: string;
  readonly partial: string;
}

/** The keys of most families. */
const USUAL_KEYS: RotaryKeys = { theta: "rope_theta", partial: "partial_rotary_factor" };

/**
 * Reads rotary parameters as transformers does: the older `rope_scaling` where it is there and holds something, else
 * `rope_parameters`; the base and the part of each head that is turned may lie beside the object. Silent about both: base
 * 10,000, whole heads.
 *
 * @throws AutocircuitError `bad-file` for unknown kinds of scaling and missing numbers
 */
export function readRotaryParameters(config: ConfigReader, keys: RotaryKeys = USUAL_KEYS): RotaryParameters {
  const context = config.size("max_position_embeddings");
  const older = config.object("rope_scaling");
  const holds = older !== undefined && Object.keys(older.values).length > 0;
  const own = (holds ? older : config.object("rope_parameters")) ?? new ConfigReader({}, config.where);
  const base = {
    theta: own.has("rope_theta") ? own.positive("rope_theta") : config.positive(keys.theta, 10000),
    partial: own.number("partial_rotary_factor", config.number(keys.partial, 1)),
  };
  return readScaling(own, base, context);
}

/**
 * Reads one set of rotary parameters: the object that holds `rope_type` (once called `type`) and its numbers.
 *
 * @param context the model's context length, the original one where none is given
 */
export function readScaling(scaling: ConfigReader, base: RotaryBase, context: number): RotaryParameters {
  const typeKey = scaling.has("rope_type") ? "rope_type" : "type";
  const type = scaling.string(typeKey, "default");
  switch (type) {
    case "default":
      return { type, ...base };
    case "dynamic":
      // Read for its absence: transformers needs it.
      scaling.positive("factor");
      return { type, ...base, context };
    case "linear":
      return { type, ...base, factor: scaling.positive("factor") };
    case "llama3":
      return {
        type,
        ...base,
        factor: scaling.positive("factor"),
        lowFrequencyFactor: scaling.number("low_freq_factor"),
        highFrequencyFactor: scaling.number("high_freq_factor"),
        originalContext: scaling.size("original_max_position_embeddings", context),
      };
    case "yarn":
      return { type, ...base, ...readYarn(scaling, context) };
    default:
      throw scaling.fail(typeKey, "is not default, dynamic, linear, llama3 or yarn");
  }
}

function readYarn(scaling: ConfigReader, context: number): Omit<YarnScaling, "type"> {
  const originalContext = scaling.size("original_max_position_embeddings", context);
  const factor = scaling.positive("factor", context / originalContext);
  // Models that give both multipliers want their ratio; the paper's recommendation otherwise (equation 22).
  const mscale = scaling.number("mscale", 0);
  const mscaleAll = scaling.number("mscale_all_dim", 0);
  const ratio = yarnMultiplier(factor, mscale) / yarnMultiplier(factor, mscaleAll);
  const attentionFactor = mscale && mscaleAll ? ratio : yarnMultiplier(factor, 1);
  return {
    factor,
    originalContext,
    betaFast: scaling.number("beta_fast", 32),
    betaSlow: scaling.number("beta_slow", 1),
    attentionFactor: scaling.number("attention_factor", attentionFactor),
    truncate: scaling.boolean("truncate", true),
  };
}

function yarnMultiplier(factor: number, mscale: number): number {
  return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
}
