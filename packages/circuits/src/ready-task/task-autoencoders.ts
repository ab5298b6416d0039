import {
  type AutoencoderFacts,
  checkProcessing,
  checkSources,
  chosenPaths,
  engineAutoencoders,
  hookPlace,
  type InspectedAutoencoders,
  inspectAutoencoders,
  latentsPlace,
  loadAutoencoders,
  processingFor,
  sayOtherFamily,
} from "@autocircuit/autoencoders";
import { AutocircuitError } from "@autocircuit/base";
import {
  type AutoencoderInput,
  type AutoencoderSize,
  type KeepablePlace,
  keepsLatentErrors,
  type LatentIdentity,
  requireKeepable,
  type TaskOptions,
} from "@autocircuit/core";
import type { ProcessingOptions } from "@autocircuit/models";
import { type Autoencoders, type ComputeDType, scope, type TransformerConfig } from "@autocircuit/native";
import { type LatentOptions, type LatentUse, latentsProblem } from "./latent-options.ts";
import { processingNotes } from "./processing-notes.ts";

/** Autoencoders that a task is about. */
export interface TaskAutoencoders {
  readonly input: AutoencoderInput;
  readonly maxLatents?: number;
  readonly pythiaSize?: string;
  readonly pruneWithCorrupt: boolean;
  /** Where they are, and how to get them. */
  readonly how: string;
}

/**
 * Looks at options about latents before anything is read.
 *
 * @throws AutocircuitError `bad-input` for those that do not go together, and a type that latents are not computed in
 */
export function requireFittingLatents(name: string, of: TaskAutoencoders | undefined, use: LatentUse): void {
  const problem = latentsProblem(use, of !== undefined);
  if (problem !== undefined) throw new AutocircuitError("bad-input", `${name}: ${problem}`);
}

/** @throws AutocircuitError `not-found` where a task is about autoencoders and none were named, with how to get them */
export function requireAutoencoders(
  name: string,
  of: TaskAutoencoders | undefined,
  { autoencoders }: LatentOptions,
): void {
  if (of === undefined || autoencoders !== undefined) return;
  throw new AutocircuitError(
    "not-found",
    `${name} is about latents of sparse autoencoders, which are not part of this package. ${of.how}; then give the folder ` +
      "(`autoencoders: FOLDER`). Any autoencoders of the model's MLPs will do.",
  );
}

/** The model that is to have latents. */
export interface LatentModel {
  readonly config: TransformerConfig;
  /** Where it lies, by which it is told of which family it is. */
  readonly folder?: string | undefined;
  /** How its weights are processed, where the user says so. */
  readonly processing?: ProcessingOptions | undefined;
}

/** What autoencoders add to a task. */
export interface AutoencoderFields {
  /** Fields of core's task. */
  readonly fields: Partial<TaskOptions>;
  /** How the model's weights are to be processed, where its loader's own choice is not what the autoencoders were made for. */
  readonly processing: ProcessingOptions;
  /** How large they are; undefined where there are none. */
  readonly sizes: readonly AutoencoderSize[] | undefined;
  /** What is to be said of how the weights are processed, where the user did not say how. */
  readonly notes: readonly string[];
}

/**
 * What makes the latents of a task of core's that was asked for with autoencoders; nothing for one without.
 *
 * @param of autoencoders that the task is about; undefined for any other task
 * @throws AutocircuitError as `inspectAutoencoders`, and `bad-input` for autoencoders of another model, before a weight is read
 */
export async function autoencoderFields(
  of: TaskAutoencoders | undefined,
  { autoencoders, ...options }: LatentOptions & { readonly signal?: AbortSignal | undefined },
  model: LatentModel,
): Promise<AutoencoderFields> {
  if (autoencoders === undefined) return { fields: {}, processing: {}, sizes: undefined, notes: [] };
  const {
    autoencoderScale,
    partialAutoencoders,
    autoencoderErrors: asked,
    pruneLatents,
    maxLatents,
    pruneWithCorrupt,
    keepLatents,
    signal,
  } = options;
  const asAutocircuit = of !== undefined;
  const read = { autoencoderScale, partialAutoencoders, asAutocircuit };
  const how = { ...model, ...read, autoencoderErrors: asked, keepLatents, signal };
  const { inspected, processing, autoencoderErrors } = await lookedAt(autoencoders, how);
  const fields: Partial<TaskOptions> = {
    autoencoderInput: of?.input ?? inputOf(inspected),
    keepLatents,
    maxLatents: maxLatents ?? of?.maxLatents,
    autoencoderPythiaSize: of?.pythiaSize,
    pruneWithCorrupt: pruneWithCorrupt ?? of?.pruneWithCorrupt ?? false,
    pruneLatents: pruneLatents ?? (of !== undefined && keepLatents === undefined),
    autoencoderErrors,
    autoencoders: ({ config, autoencoderErrors, dtype, signal }) =>
      loadEngineAutoencoders(autoencoders, { config, autoencoderErrors, dtype, signal, ...read }),
  };
  const notes = model.processing === undefined ? processingNotes(processing) : [];
  return { fields, processing, sizes: sizesOf(inspected), notes };
}

/** What autoencoders replace; those of MLPs where there are others beside them, else those of attention. */
function inputOf({ autoencoders }: InspectedAutoencoders): AutoencoderInput {
  const siteOf = (one: AutoencoderFacts | undefined) => (one && hookPlace(one.hookOut).site) ?? "";
  const ofMlp = autoencoders.find((one) => siteOf(one).startsWith("mlp"));
  const first = ofMlp ?? autoencoders.find((one) => !siteOf(one).startsWith("resid")) ?? autoencoders[0];
  if (first && first.hookIn !== first.hookOut)
    return hookPlace(first.hookIn).site === "resid_mid" ? "mlp_resid" : "mlp_in";
  const site = siteOf(first);
  if (site === "z" || site === "attn_out") return site;
  if (site.startsWith("resid")) return "resid_post";
  return site === "mlp_post" ? site : "mlp_out";
}

/**
 * The folders that the text of a task's `autoencoders` stands for: itself, or those that fit it as a pattern.
 *
 * @throws AutocircuitError `not-found` that lists what there is, where nothing fits a pattern
 */
export function autoencoderPaths(text: string): readonly string[] {
  return chosenPaths(text);
}

/** What autoencoders are looked at for. */
export interface PlanAutoencodersOptions
  extends LatentModel,
    Pick<LoadEngineAutoencodersOptions, "partialAutoencoders" | "autoencoderScale" | "asAutocircuit" | "signal"> {
  /** Keep what they leave out as sources. Default: as `keepLatents` has it, else true, but for a task of AutoCircuit's. */
  readonly autoencoderErrors?: boolean | undefined;
  /** Latents that are to be kept by their numbers. */
  readonly keepLatents?: LatentIdentity | undefined;
}

/** What autoencoders ask of a model, before a weight of either is read. */
export interface PlannedAutoencoders {
  /** How many sources they make in which places. */
  readonly sizes: readonly AutoencoderSize[];
  /** How the model's weights are to be processed, where its loader's own choice is not what the autoencoders were made for. */
  readonly processing: ProcessingOptions;
  /** Whether what they leave out is a source. */
  readonly autoencoderErrors: boolean;
}

/**
 * The autoencoders that would be sources of a model: only settings and headers are read.
 *
 * @throws AutocircuitError as `inspectAutoencoders`; `bad-input` for those of another model, where latents cannot be its sources, as `checkSources`,
 *   for latents to keep that they do not have, for factors of more blocks than it has, and for norms processed otherwise, as `checkProcessing`
 * @example
 * const config = await readConfig("models/gpt2");
 * const { sizes, processing } = await planAutoencoders("saes/mlp-out", { config });
 * console.log(sizes.map(({ block, of, count }) => `${of} ${block}: ${count} latents`));
 * const model = await loadModel("models/gpt2", processing);
 */
export async function planAutoencoders(
  pathOrNames: string | readonly string[],
  options: PlanAutoencodersOptions,
): Promise<PlannedAutoencoders> {
  const { inspected, ...planned } = await lookedAt(pathOrNames, options);
  return { sizes: sizesOf(inspected), ...planned };
}

/** Looks at autoencoders, and holds that they can be sources of a model with the latents that are to be kept. */
async function lookedAt(
  pathOrNames: string | readonly string[],
  options: PlanAutoencodersOptions,
): Promise<Omit<PlannedAutoencoders, "sizes"> & { inspected: InspectedAutoencoders }> {
  const {
    config,
    folder,
    processing: given,
    partialAutoencoders,
    autoencoderErrors: asked,
    autoencoderScale,
    keepLatents,
    asAutocircuit,
    signal,
  } = options;
  const autoencoderErrors = keepsLatentErrors({ autoencoderErrors: asked, kept: keepLatents, asAutocircuit });
  requireScaleOfBlocks(autoencoderScale, config);
  const reading = asAutocircuit ? "autocircuit" : "stored";
  const inspected = await inspectAutoencoders(pathOrNames, { signal, autoencoderScale, reading });
  if (keepLatents !== undefined) requireKeepable(keepLatents, sizesOf(inspected), config.layers);
  checkSources(inspected, config, { partialAutoencoders, autoencoderErrors });
  if (folder !== undefined) sayOtherFamily(inspected, folder);
  // AutoCircuit's tasks read OpenAI's autoencoders in a model whose weights are centred, whatever they were made for.
  const processing = asAutocircuit && inspected.format === "openai" ? {} : processingFor(inspected, config);
  if (given) checkProcessing(inspected, config, given);
  return { inspected, processing, autoencoderErrors };
}

function sizesOf({ autoencoders }: InspectedAutoencoders): readonly (AutoencoderSize & KeepablePlace)[] {
  return autoencoders.flatMap((one) => {
    const { dSae: count, dIn, dOut, decoders, latentNumbers } = one;
    const place = latentsPlace(one);
    return place === undefined
      ? []
      : [{ ...place, count, dIn, dOut, decoders, ...(latentNumbers && { latentNumbers }) }];
  });
}

/** How autoencoders become a model's sources. */
export interface LoadEngineAutoencodersOptions {
  /** The model's. */
  readonly config: TransformerConfig;
  /** Keep what they leave out as sources. Default true. */
  readonly autoencoderErrors?: boolean | undefined;
  /** Blocks without one keep their MLP, or their heads. Default false: every block must have one. */
  readonly partialAutoencoders?: boolean | undefined;
  /** Factor of what they read, see `loadAutoencoders`. */
  readonly autoencoderScale?: number | readonly number[] | undefined;
  /** Files that AutoCircuit reads otherwise than their library are read as it does. Default false. */
  readonly asAutocircuit?: boolean | undefined;
  /** What the model computes in. Default float32. */
  readonly dtype?: ComputeDType | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Autoencoders as the engine takes them.
 *
 * @returns tensors of the caller's
 * @throws AutocircuitError as `loadAutoencoders` and `engineAutoencoders`; `bad-input` for factors of more blocks than the model has
 */
export async function loadEngineAutoencoders(
  pathOrNames: string | readonly string[],
  { config, asAutocircuit = false, dtype, signal, autoencoderScale, ...how }: LoadEngineAutoencodersOptions,
): Promise<Autoencoders> {
  requireScaleOfBlocks(autoencoderScale, config);
  return scope(async () => {
    using set = await loadAutoencoders(pathOrNames, {
      ...{ signal, autoencoderScale },
      ...(dtype === "float64" && { dtype }),
      ...(asAutocircuit && { reading: "autocircuit" }),
    });
    return engineAutoencoders(set, config, how);
  });
}

/** Holds that no factor is passed over; one that is missing is told by the file that needs it. */
function requireScaleOfBlocks(
  scale: LoadEngineAutoencodersOptions["autoencoderScale"],
  { layers }: TransformerConfig,
): void {
  if (!Array.isArray(scale) || scale.length <= layers) return;
  throw new AutocircuitError(
    "bad-input",
    `\`autoencoderScale\` has ${scale.length} numbers, and the model has ${layers} blocks: give one number for all, or one for each block.`,
  );
}
