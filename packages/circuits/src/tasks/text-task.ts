import { AutocircuitError } from "@autocircuit/base";
import { defineTask, Graph, type LoadedTask, type TrainTest } from "@autocircuit/core";
import { findTokenizer, loadModel, readConfig, resolveModelFolder, type TextTokenizer } from "@autocircuit/models";
import type { GeneratedTextPrompts, TextPromptRecord } from "../data/prompt-file.ts";
import type { TextPromptsOptions } from "../data/text-prompts-options.ts";
import { type PublishedModel, requireModel } from "../edges/published-model.ts";
import { circuitNamed } from "./circuit-named.ts";
import {
  checkPromptOptions,
  checkTaskOptions,
  type KnownCircuit,
  type ReadyTask,
  type ReadyTaskOptions,
} from "./ready-task.ts";

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
  /** One edge per token position. */
  readonly byToken: boolean;
  /** Default true. */
  readonly separateQkv?: boolean;
  readonly batchSize: TrainTest;
  readonly batchCount: TrainTest;
}

/**
 * A ready-made task of a trained model. Its weights are not part of this package: `load` takes them from `options.model`, a folder or a
 * name on the hub, or from the hub's cache if they are there. Any model of the right shape will do.
 */
export function textTask(spec: TextTaskSpec): ReadyTask<TextPromptRecord> {
  const { name, description, circuits } = spec;
  const prompts = (options: { seed?: number } = {}) => {
    checkPromptOptions(options);
    return spec.prompts({ seed: options.seed ?? 0 });
  };
  return {
    name,
    description,
    circuits,
    prompts,
    get tokenLabels() {
      return ["BOS", ...(prompts().seq_labels ?? [])];
    },
    load: (options = {}) => load(spec, options),
  };
}

async function load(spec: TextTaskSpec, options: ReadyTaskOptions): Promise<LoadedTask> {
  checkTaskOptions(options);
  const { seed = 0, device, dtype, tf32, signal } = options;
  const circuit = circuitNamed(spec.name, spec.circuits, options.circuit);
  const folder = await folderOf(spec, options);
  const separateQkv = spec.separateQkv ?? true;
  requireModel(spec.name, spec.model, "any", Graph.of(await readConfig(folder)));
  const tokenizer = (await findTokenizer(folder)) ?? spec.tokenizer?.();
  if (tokenizer === undefined) {
    throw new AutocircuitError(
      "not-found",
      `${spec.name}: ${folder} has no tokenizer, and the prompts are text. Put the model's tokenizer.json beside its weights (${spec.hub.how}).`,
    );
  }
  return defineTask({
    key: spec.key,
    name: spec.title,
    batchSize: spec.batchSize,
    batchCount: spec.batchCount,
    tokenCircuit: spec.byToken || (options.byToken ?? false),
    separateQkv,
    ...{ device, dtype, tf32 },
    model: (how) => loadModel(folder, { ...how, tokenizer, separateQkv }),
    dataset: spec.prompts({ seed, tokenizer }),
    outputSlice: "last_seq",
    tailDivergence: options.tailDivergence,
    seed,
    // Without positions the published code is not told the words' positions either; the IOI circuit depends on it.
    trueEdges: (target, { tokenPositions, seqStartIdx, wordIdxs }) =>
      circuit.edges(target, { tokenPositions, seqStartIdx, ...(tokenPositions && { wordIdxs }) }),
  }).load(signal && { signal });
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
        `(load({ model: FOLDER }), on the command line --model FOLDER). Any folder of the same shape will do.`,
      { cause },
    );
  }
}
