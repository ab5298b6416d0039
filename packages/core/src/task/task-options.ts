import { type DType, dtypes, type KindsOf, kind } from "@autocircuit/base";
import {
  type Autoencoders,
  type ComputeDType,
  type DeviceName,
  deviceName,
  type Transformer,
  type TransformerConfig,
  type TransformerOptions,
} from "@autocircuit/native";
import { aliases } from "../aliases.ts";
import type { Edge, EdgeRef } from "../graph/edge.ts";
import type { LatentIdentity } from "../graph/same-graph.ts";
import { outputSlice, promptInput, trainTest } from "../kinds.ts";
import type { ModelProcessing } from "../model/model-processing.ts";
import type { OutputSlice } from "../model/output-slice.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import { type PairAlignment, pairAlignments } from "../prompts/pair-alignment.ts";
import type { PromptInput } from "../prompts/prompt-file.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import type { Tokenizer } from "../prompts/tokenizer.ts";
import type { TrainTest } from "../prompts/train-test.ts";

/** A network and what belongs to it. A `PatchableModel` is one too. */
export interface TaskModel {
  readonly transformer: Transformer;
  /** By default the transformer's. */
  readonly config?: TransformerConfig | undefined;
  /** Needed for prompts given as text. */
  readonly tokenizer?: Tokenizer | null | undefined;
  /** Tokens that end a text, besides the tokenizer's. */
  readonly endTokens?: Iterable<number> | undefined;
  /** How its weights were processed, where that is known. */
  readonly processing?: ModelProcessing | null | undefined;
  /** What tells its weights from those of other models of its name, where that is known. */
  readonly fingerprint?: string | null | undefined;
}

/** What a {@link ModelLoader} is told. */
export interface ModelLoaderOptions extends Pick<TransformerOptions, "device" | "tf32"> {
  readonly dtype: DType;
  readonly signal?: AbortSignal;
}

/** Makes a task's network; what it makes is disposed with the task. */
export type ModelLoader = (options: ModelLoaderOptions) => TaskModel | Promise<TaskModel>;

/** What a function for the edges of a known circuit is told. */
export interface KnownEdgesContext {
  /** Whether the graph is by token. */
  readonly byToken: boolean;
  /** Positions of named words in the whole prompt, BOS counted. */
  readonly wordPositions: Readonly<Record<string, number>>;
  /** Position that index 0 of the graph stands for. */
  readonly seqStart: number;
}

/** What a function for the notes of a task is told: what was loaded. */
export interface TaskNotesContext {
  readonly model: PatchableModel;
  readonly train: PromptLoader;
  readonly test: PromptLoader;
  readonly knownEdges: readonly Edge[] | null;
}

/** The edges of the known circuit of a task. */
export type KnownEdges = (model: PatchableModel, context: KnownEdgesContext) => Iterable<EdgeRef>;

/** What an {@link AutoencoderLoader} is told. */
export interface AutoencoderLoaderOptions {
  readonly config: TransformerConfig;
  readonly input: Autoencoders["input"];
  /** AutoCircuit's name of a size: run and latents, as `2_32768`. */
  readonly pythiaSize: string | undefined;
  /** Whether what they leave out is kept. */
  readonly autoencoderErrors: boolean;
  /** What the model computes in. */
  readonly dtype: ComputeDType;
  readonly signal?: AbortSignal | undefined;
}

/** What autoencoders replace or read, by the engine's names; AutoCircuit's for an MLP's output and its neurons are understood too. */
export type AutoencoderInput = Autoencoders["input"] | keyof typeof aliases.autoencoderInputs;

const autoencoderInputs = [
  ...(["mlp_out", "mlp_post", "mlp_in", "mlp_resid", "attn_out", "z", "resid_post"] as const),
  ...(Object.keys(aliases.autoencoderInputs) as (keyof typeof aliases.autoencoderInputs)[]),
];

/** Makes a task's autoencoders; their tensors are freed once the model has them. */
export type AutoencoderLoader = (options: AutoencoderLoaderOptions) => Autoencoders | Promise<Autoencoders>;

/** What says of a task's definition which latents its model has. */
export interface TaskLatentOptions {
  /** Short, unique. */
  readonly key: string;
  /** Whether graph and circuit are by token; all prompts must then have the same length. Default false. */
  readonly byToken?: boolean | undefined;
  /**
   * Cut off what clean and corrupt prompts have in common at the start and keep its keys and values, see `sharePrefix`. By token the graph
   * then begins behind it, and {@link KnownEdgesContext.seqStart} says where. Default false.
   */
  readonly sharePrefix?: boolean | undefined;
  /** Replace each MLP's output, its neurons, attention's or the residual stream by what a sparse autoencoder makes of it; latents are sources of the graph then. */
  readonly autoencoderInput?: AutoencoderInput | undefined;
  /** Most latents of a block; default all that are active on the training prompts. */
  readonly maxLatents?: number | undefined;
  readonly autoencoderPythiaSize?: string | undefined;
  /** Whether corrupt prompts count too where latents are pruned; must be said where there is an input and pruning. */
  readonly pruneWithCorrupt?: boolean | undefined;
  /** Keep only latents that are active on the training prompts, by position in a circuit by token; see `pruneLatents`. Default true. */
  readonly pruneLatents?: boolean | undefined;
  /** Keep the latents that were kept before, in the place of pruning: a graph's configuration, see `keepLatents`; errors by default as there. */
  readonly keepLatents?: LatentIdentity | undefined;
  /** Keep what autoencoders leave out as sources, so that the full model computes what it did. Default false, as AutoCircuit has it. */
  readonly autoencoderErrors?: boolean | undefined;
  /** Where the autoencoders come from. */
  readonly autoencoders?: AutoencoderLoader | undefined;
}

/** Definition of a task. */
export interface TaskOptions extends TaskLatentOptions {
  /** For people. */
  readonly name: string;
  readonly batchSize: TrainTest;
  /** Number of batches. */
  readonly batchCount: TrainTest;
  /** A network, which stays its owner's, or a function that makes one. */
  readonly model: TaskModel | ModelLoader;
  readonly prompts: PromptInput;
  /** Default true. */
  readonly factorized?: boolean | undefined;
  /** Default true. */
  readonly separateQkv?: boolean | undefined;
  /** Grouped-query attention: K and V destinations for every query head. Default false. */
  readonly ungrouped?: boolean | undefined;
  /** What results of the task should say of it, asked once it is loaded. Default: nothing. */
  readonly notes?: ((task: TaskNotesContext) => readonly string[]) | undefined;
  /** What positions are called in reports, where the prompts' file does not say. Default: the tokens of the first prompt. */
  readonly tokenLabels?: readonly string[] | undefined;
  readonly knownEdges?: KnownEdges | undefined;
  /**
   * Whether a circuit of the task is known, but in other graphs than this one: of a model of another shape, or without its latents. Default
   * false.
   */
  readonly knownElsewhere?: boolean | undefined;
  /** Default `"last_seq"`. */
  readonly outputSlice?: OutputSlice | undefined;
  /** What to compute in. Default float32; for a network that is given, what it computes in. */
  readonly dtype?: DType | undefined;
  /** Where to compute; default `AUTOCIRCUIT_DEVICE`, else the CPU. A network that is given stays where it is. */
  readonly device?: DeviceName | undefined;
  /** See `TransformerOptions` of the engine. */
  readonly tf32?: boolean | undefined;
  /** Token that fills shorter prompts, which are not attended to. Default the tokenizer's; without one all prompts must be equally long. */
  readonly padId?: number | undefined;
  /** Which positions of a pair's prompts belong together where they differ in length; by default they must not. */
  readonly align?: PairAlignment | undefined;
  /** Order of the prompts. Default 42. */
  readonly seed?: number | undefined;
  /** Default true. */
  readonly shuffle?: boolean | undefined;
  /** Default true, for prompts given as text. */
  readonly prependBos?: boolean | undefined;
  /** Whether answers given as numbers are token ids or values; by default values if any of them is not whole. */
  readonly answers?: "tokens" | "numbers" | undefined;
}

const aboutLatents = {
  autoencoderInput: kind.oneOf(autoencoderInputs),
  maxLatents: kind.count,
  autoencoderPythiaSize: kind.text,
  pruneWithCorrupt: kind.flag,
  pruneLatents: kind.flag,
  keepLatents: kind.record,
  autoencoderErrors: kind.flag,
  autoencoders: kind.callback,
} satisfies Partial<KindsOf<TaskLatentOptions>>;

/** Those of {@link TaskLatentOptions} that mean something only where there are autoencoders. */
export const optionsAboutLatents = Object.keys(aboutLatents) as readonly (keyof typeof aboutLatents)[];

/** What {@link TaskLatentOptions} may be. */
export const taskLatentOptions: KindsOf<TaskLatentOptions> = {
  key: kind.required(kind.text),
  byToken: kind.flag,
  sharePrefix: kind.flag,
  ...aboutLatents,
};

/** What {@link TaskOptions} may be. */
export const taskOptions: KindsOf<TaskOptions> = {
  ...taskLatentOptions,
  name: kind.required(kind.text),
  batchSize: kind.required(trainTest),
  batchCount: kind.required(trainTest),
  model: kind.required(kind.either(kind.having("{ transformer, tokenizer }", "transformer"), kind.callback)),
  prompts: kind.required(promptInput),
  factorized: kind.flag,
  separateQkv: kind.flag,
  ungrouped: kind.flag,
  knownEdges: kind.callback,
  knownElsewhere: kind.flag,
  outputSlice,
  dtype: kind.oneOf(dtypes),
  device: deviceName,
  tf32: kind.flag,
  seed: kind.whole,
  shuffle: kind.flag,
  prependBos: kind.flag,
  answers: kind.oneOf(["tokens", "numbers"]),
  notes: kind.callback,
  tokenLabels: kind.listOf(kind.text),
  padId: kind.whole,
  align: kind.oneOf(pairAlignments),
};
