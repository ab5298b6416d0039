import { dtypes, type KindsOf, kind, signature } from "@autocircuit/base";
import { type AblationType, coreKinds, type Edge, type LoadedTask, type PromptInput } from "@autocircuit/core";
import { deviceName, type TransformerOptions } from "@autocircuit/native";
import type { HasGraph, KnownEdgesOptions } from "../edges/known-edges.ts";
import type { GeneratedPrompts, RawTextPrompt, RawTokenPrompt } from "../prompts/prompt-file.ts";
import { type LatentOptions, latentOptionKinds } from "./latent-options.ts";
import type { TaskRoom } from "./task-room.ts";

/** How a ready-made task is loaded. */
export interface ReadyTaskOptions extends TransformerOptions, LatentOptions, TaskRoom {
  /** Edges at each position by themselves. Default false. */
  byToken?: boolean;
  /** Which of its known circuits the task is to have, by name. Default: the one that `circuitNamed` gives for the {@link ablation}. */
  knownCircuit?: string;
  /** What ablated edges are going to take, where the circuit known for it is to be compared with. */
  ablation?: AblationType;
  /** Positions of the known circuit by token, instead of the published ones; for compiled tasks. */
  positions?: readonly number[];
  /** Chooses the prompt pairs and their order, those of {@link prompts} too, as `--seed` does. Default 0; AutoCircuit shuffles files by 42. */
  seed?: number;
  /**
   * Prompts in the place of the task's own, as `loadPrompts` reads them: AutoCircuit's JSON, EAP-IG's CSV or Edge-Pruning's JSON lines, one or
   * several files, or what files of AutoCircuit's JSON hold. By token a known circuit whose positions are those of words needs `word_idxs`, which
   * AutoCircuit's JSON alone has.
   */
  prompts?: PromptInput;
  /**
   * Leave out those of the {@link prompts} that do not fit the model, by token those of another length than most too, as `fittingPrompts` does; the
   * task's notes count them. Default false: they are refused.
   */
  skipUnfit?: boolean;
  /** Folder or hub name of the model to run the task on, for tasks whose model is not part of this package. */
  model?: string;
  /** Cut off what all prompts have in common at the start, see core's `TaskOptions`; for tasks with prompts as text. Default false. */
  sharePrefix?: boolean;
  signal?: AbortSignal;
}

/** A circuit that is known for a task. */
export interface KnownCircuit {
  /** What it is the circuit of, in a few words. */
  description: string;
  /** Paper, code or construction it comes from. */
  origin: string;
  /** Its edges in a graph of the task's model. */
  edges: (target: HasGraph, options?: KnownEdgesOptions) => Edge[];
}

/** A model with prompts and a known circuit, ready to be loaded. */
export interface ReadyTask<Prompt extends RawTokenPrompt | RawTextPrompt = RawTokenPrompt | RawTextPrompt> {
  name: string;
  /** The key of the task as it is loaded, which files of programs call it by: AutoCircuit's where it has the task, else the name. */
  key: string;
  /** What the model does, in one line. */
  description: string;
  /** Known circuits by name; the first is the default. */
  circuits: Readonly<Record<string, KnownCircuit>>;
  /** The generated prompt pairs, as `datasets/` holds them. */
  prompts: (options?: { seed?: number }) => GeneratedPrompts<Prompt>;
  /** Whether it is about latents of sparse autoencoders, which `load` is given; such a task prunes them and drops errors. Default false. */
  needsAutoencoders?: boolean;
  /** Whether its model is a compiled program, which it brings: `load` then takes neither a model nor autoencoders. Default false. */
  compiled?: boolean;
  /** Of a compiled program: the word that an id of its vocabulary, or of its outputs, stands for; undefined for an id that there is not. */
  tokenText?: (id: number, of: "input" | "output") => string | undefined;
  /** A label for each position. */
  tokenLabels: readonly string[];
  /**
   * Loads model and prompts; the caller disposes the result. Where the model is not of the shape that the known circuits belong to, its
   * `knownEdges` are null, and prompts are made for its vocabulary.
   */
  load: (options?: ReadyTaskOptions) => Promise<LoadedTask>;
}

const checkOptions = signature("loading a task", {}, {
  byToken: kind.flag,
  knownCircuit: kind.text,
  ablation: coreKinds.ablationName,
  positions: kind.listOf(kind.whole),
  seed: kind.whole,
  model: kind.text,
  prompts: coreKinds.promptInput,
  skipUnfit: kind.flag,
  sharePrefix: kind.flag,
  free: coreKinds.bytes,
  signal: kind.signal,
  device: deviceName,
  dtype: kind.oneOf(dtypes),
  tf32: kind.flag,
  ...latentOptionKinds,
} satisfies KindsOf<ReadyTaskOptions>);
const checkPrompts = signature("a task's prompts", {}, { seed: kind.whole });

/** Checks how a task is to be loaded. @throws AutocircuitError naming the option */
export function checkTaskOptions(options: ReadyTaskOptions): void {
  checkOptions({}, options);
}

/** Checks how prompts are to be made. @throws AutocircuitError naming the option */
export function checkPromptOptions(options: { seed?: number }): void {
  checkPrompts({}, options);
}
