import { AutocircuitError, USUAL_SEED } from "@autocircuit/base";
import { defineTask, Graph, type LoadedTask, type TaskNotesContext, type TrainTest } from "@autocircuit/core";
import {
  findTokenizer,
  loadModel,
  modelName,
  readConfig,
  resolveModelFolder,
  type TextTokenizer,
} from "@autocircuit/models";
import { hasShapeOf, type PublishedModel, requireModel } from "../edges/published-model.ts";
import type { GeneratedTextPrompts, RawTextPrompt } from "../prompts/prompt-file.ts";
import type { TextPromptsOptions } from "../prompts/text-prompts-options.ts";
import { circuitNamed } from "./circuit-named.ts";
import { givenPrompts } from "./given-prompts.ts";
import { OWN_PAD_ID } from "./own-prompts.ts";
import {
  checkPromptOptions,
  checkTaskOptions,
  type KnownCircuit,
  type ReadyTask,
  type ReadyTaskOptions,
} from "./ready-task.ts";
import { requireReadyTaskOptions } from "./ready-task-problem.ts";
import {
  autoencoderFields,
  requireAutoencoders,
  requireFittingLatents,
  type TaskAutoencoders,
} from "./task-autoencoders.ts";
import { requireRoomToLoad } from "./task-room.ts";

/** What makes a task of a trained model with prompts as text. */
export interface TextTaskSpec {
  /** Such as `ioi-component`. */
  readonly name: string;
  /** AutoCircuit's key and name. */
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly model: PublishedModel;
  /** Where its weights are: name on the hub, and how to get them. */
  readonly hub: { readonly id: string; readonly how: string };
  /** Vocabulary of the model, where the folder brings none and it is known here. */
  readonly tokenizer?: () => TextTokenizer;
  readonly circuits: Readonly<Record<string, KnownCircuit>>;
  readonly prompts: (options: TextPromptsOptions) => GeneratedTextPrompts;
  /** Prompts for models of another shape, of which no circuit is known; all equally long. Default: the same. */
  readonly promptsElsewhere?: (options: TextPromptsOptions) => GeneratedTextPrompts;
  /** Edges at each position by themselves. */
  readonly byToken: boolean;
  /** Default true. */
  readonly separateQkv?: boolean;
  readonly batchSize: TrainTest;
  readonly batchCount: TrainTest;
  /** The task is about latents of these. */
  readonly autoencoders?: TaskAutoencoders;
}

/**
 * A ready-made task of a trained model. Its weights are not part of this package: `load` takes them from `options.model`, a folder or a
 * name on the hub, or from the hub's cache if they are there. Any model with a tokenizer will do: prompts are made of words that are one
 * token in its vocabulary. The published circuits belong to models of one shape; on others the task has no known circuit.
 */
export function textTask(spec: TextTaskSpec): ReadyTask<RawTextPrompt> {
  const { name, key, description, circuits } = spec;
  const prompts = (options: { seed?: number } = {}) => {
    checkPromptOptions(options);
    return spec.prompts({ seed: options.seed ?? USUAL_SEED });
  };
  return {
    ...{ name, key, description, circuits },
    ...(spec.autoencoders && { needsAutoencoders: true }),
    prompts,
    get tokenLabels() {
      return ["BOS", ...(prompts().seq_labels ?? [])];
    },
    load: (options = {}) => load(spec, options),
  };
}

async function load(spec: TextTaskSpec, options: ReadyTaskOptions): Promise<LoadedTask> {
  checkTaskOptions(options);
  requireReadyTaskOptions({ name: spec.name }, options);
  const { prompts: own, seed = USUAL_SEED, device, dtype, tf32, signal } = options;
  const circuit = circuitNamed(spec, { knownCircuit: options.knownCircuit, ablation: options.ablation })?.circuit;
  requireFittingLatents(spec.name, spec.autoencoders, options);
  const folder = await folderOf(spec, options);
  requireAutoencoders(spec.name, spec.autoencoders, options);
  const separateQkv = spec.separateQkv ?? true;
  const config = await readConfig(folder);
  const graph = Graph.of(config);
  const published = hasShapeOf(spec.model, graph);
  // Circuits of MLPs are none of their latents.
  const known = published && options.autoencoders === undefined;
  // Who asks for a circuit by name is told why there is none.
  if (options.knownCircuit !== undefined) requireModel(spec.name, spec.model, "any", graph);
  const tokenizer = (await findTokenizer(folder)) ?? vocabularyOf(spec, config.dVocab);
  if (tokenizer === undefined) {
    const where = published ? ` (${spec.hub.how})` : "";
    throw new AutocircuitError(
      "not-found",
      `${spec.name}: ${folder} has no tokenizer, and the prompts are text. Put the model's tokenizer.json beside its weights${where}.`,
    );
  }
  const prompts = published ? spec.prompts : (spec.promptsElsewhere ?? spec.prompts);
  const { batchSize, batchCount } = spec;
  const byToken = spec.byToken || (options.byToken ?? false);
  const { fields, processing, sizes, notes } = await autoencoderFields(spec.autoencoders, options, { config, folder });
  requireRoomToLoad(config, sizes, options);
  const padId = tokenizer.padId ?? tokenizer.bosId ?? OWN_PAD_ID;
  const { dVocab: vocabulary, dVocabOut: outputVocabulary } = config;
  const fitting = { tokenizer, vocabulary, outputVocabulary, padId, oneLength: byToken };
  const { left, ...taken } = own
    ? await givenPrompts(own, { batchSize, batchCount }, options.skipUnfit ? fitting : undefined)
    : { left: [], prompts: prompts({ seed, tokenizer }), batchSize, batchCount };
  return defineTask({
    key: spec.key,
    name: spec.title,
    ...{ ...taken, padId, byToken, separateQkv },
    ...{ device, dtype, tf32 },
    model: (how) => loadModel(folder, { ...how, tokenizer, separateQkv, ...processing }),
    outputSlice: "last_seq",
    sharePrefix: options.sharePrefix,
    seed,
    notes: (task) => [...left, ...uncompared(spec, task, options), ...notes],
    // Without positions the published code is not told the words' positions either; the IOI circuit depends on it.
    ...fields,
    ...(circuit && !known && { knownElsewhere: true }),
    ...(circuit &&
      known && {
        knownEdges: (target, { byToken, seqStart, wordPositions }) =>
          circuit.edges(target, { byToken, seqStart, ...(byToken && { wordPositions }) }),
      }),
  }).load(signal && { signal });
}

/** That there is nothing to compare with, and which prompts there are. */
function uncompared(
  { name, circuits }: TextTaskSpec,
  { model: { config, graph }, train, test, knownEdges }: TaskNotesContext,
  { model, prompts }: ReadyTaskOptions,
): readonly string[] {
  // Nothing that is published is of latents.
  if (knownEdges !== null || graph.config.latents !== undefined) return [];
  const length = train.seqLen === null ? "" : ` of ${train.seqLen} tokens`;
  const pairs = `The ${train.promptCount + test.promptCount} prompt pairs${length}`;
  return [
    `No circuit of ${name} is known for ${model === undefined ? "this model" : modelName(model)} (${config.layers} blocks of ${config.heads} heads): the published ` +
      `ones (${Object.keys(circuits).join(", ")}) belong to a model of another shape. ` +
      (prompts === undefined ? `${pairs} were made for its vocabulary.` : `${pairs} are those that were given.`),
  ];
}

/** The vocabulary of the task's own model, where a folder brings none and its embedding has as many rows. */
function vocabularyOf({ tokenizer }: TextTaskSpec, rows: number): TextTokenizer | undefined {
  const known = tokenizer?.();
  return known?.vocabularySize === rows ? known : undefined;
}

/** The folder asked for, or the model's own in the hub's cache. */
async function folderOf({ name, model, hub }: TextTaskSpec, options: ReadyTaskOptions): Promise<string> {
  const { signal } = options;
  if (options.model !== undefined) return resolveModelFolder(options.model, signal ? { signal } : {});
  try {
    return await resolveModelFolder(hub.id, { offline: true, ...(signal && { signal }) });
  } catch (cause) {
    throw new AutocircuitError(
      "not-found",
      `${name} needs ${model.name}, whose weights are not on this machine. ${hub.how}; then give the folder ` +
        `(\`model: FOLDER\`). Any model with a tokenizer will do; the published circuits are compared with on one of the same shape.`,
      { cause, reason: "no-model-of-task" },
    );
  }
}
