import { Graph, LoadedTask, loadPrompts, slicedCount } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import type { KeepingOptions } from "../support/kept-latents.ts";
import { latentsNote, processingNote, pruningNote } from "../support/latents-note.ts";
import { modelName } from "../support/model-name.ts";
import { promptsName } from "../support/prompts-name.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import { UsageError } from "../support/usage-error.ts";
import { activeLatents } from "./active-latents.ts";
import { firstPromptTokens } from "./first-prompt-tokens.ts";
import { ownInputs } from "./own-inputs.ts";
import type { OwnPrompts } from "./own-prompts.ts";
import { plannedLatents, sizesIn } from "./planned-latents.ts";
import { processingOptions } from "./processing-options.ts";
import { readOutputSlice } from "./read-output-slice.ts";
import { plannedBatch, requireMemory } from "./require-memory.ts";
import { type Split, splitPrompts } from "./split-prompts.ts";
import type { Subject } from "./subject.ts";
import { type Pruning, withLatents } from "./with-latents.ts";

/**
 * Somebody's own model and prompts as a subject.
 *
 * @throws UsageError for options that cannot be
 */
export function ownSubject(
  model: string,
  files: readonly string[],
  options: SubjectCommandOptions & KeepingOptions,
): Subject {
  const outputSlice = readOutputSlice(options.outputSlice ?? "last_seq");
  const processing = processingOptions(options.processing);
  if (options.nodeEdges && (options.sharedQkv || options.ungrouped))
    throw new UsageError("--node-edges has no queries, keys and values: leave --shared-qkv and --ungrouped out.");
  const name = modelName(model);
  const names = files.map((file) => promptsName(file)).join(", ");
  const notes: string[] = [];
  let pruning: Pruning | null = null;
  let replacedKl: number | null = null;
  return {
    name,
    description: names,
    model: name,
    circuits: {},
    title: ({ name }) => name,
    notes,
    get pruning() {
      return pruning;
    },
    get replacedKl() {
      return replacedKl;
    },
    tokenLabels: ({ train, model }) => train.seqLabels ?? firstPromptTokens(train, model),
    load: async ({ byToken, seed, used, shape }, { signal, print }) => {
      const inputs = await ownInputs(model, files, { ...options, byToken, signal });
      const { folder, config, tokenizer, prompts } = inputs;
      if (prompts.note) print(prompts.note);
      notes.splice(0, notes.length, ...(prompts.note ? [prompts.note] : []));
      const split = splitPrompts(prompts.count, options);
      const { batchSize, batches } = split;
      print(splitText(prompts, split));
      const graph = {
        factorized: !options.nodeEdges,
        separateQkv: !options.sharedQkv,
        ungrouped: options.ungrouped ?? false,
      };
      const planned = await plannedLatents(options, { config, folder, used, signal });
      const ofLength = { ...graph, tokens: byToken ? prompts.longest : null };
      const whole = planned?.graph(ofLength) ?? Graph.of(config, ofLength);
      const { longest: length } = prompts;
      const run = { config, batchSize, length, outputs: slicedCount(outputSlice, length), used };
      const shapeIn = (graph: Graph) => shape({ graph, config }, plannedBatch(run, outputSlice));
      print(requireMemory({ ...run, ...shapeIn(whole), ...planned, graph: whole }));
      const size = { train: batchSize * batches.train, test: batchSize * batches.test };
      const { train, test } = await loadPrompts(prompts.source, { ...prompts.how, batchSize, size, seed });
      const loaded = await loadModel(folder, {
        ...{ ...used.how, tokenizer, outputSlice, byToken, signal },
        ...(processing ?? planned?.processing),
        ...graph,
        seqLen: train.seqLen,
      });
      const made = await withLatents(loaded, train, options, { byToken, signal });
      const latent = made.model;
      const free = () => {
        for (const owned of [train, test, latent, loaded]) owned[Symbol.dispose]();
      };
      ({ pruning, replacedKl } = made);
      notes.push(...processingNote(options, planned), ...latentsNote(latent, replacedKl), ...pruningNote(pruning));
      for (const note of notes.slice(prompts.note ? 1 : 0)) print(note);
      if (planned) {
        const autoencoders = sizesIn(latent.graph, planned);
        try {
          print(
            requireMemory({
              activeLatents: await activeLatents(latent, train, signal),
              ...run,
              ...shapeIn(latent.graph),
              autoencoders,
              graph: latent.graph,
              loaded: true,
            }),
          );
        } catch (error) {
          free();
          throw error;
        }
      }
      const definition = {
        key: name,
        name: prompts.source.title ?? names,
        batchSize,
        batchCount: batches,
        model: loaded,
        dataset: prompts.source,
        seed,
      };
      return new LoadedTask(definition, { model: latent, train, test, knownEdges: null, sharedPrefix: null }, free);
    },
  };
}

function splitText({ count, shortest, longest }: OwnPrompts, { batchSize, batches: { train, test } }: Split): string {
  const part = (batches: number) => `${batches * batchSize} (${batches} x ${batchSize})`;
  const length = shortest === longest ? longest : `${shortest} to ${longest}`;
  const unused = count - (train + test) * batchSize;
  return `prompts: ${count} pairs of ${length} tokens; ${part(train)} to discover with, ${part(test)} to measure on${unused > 0 ? `, ${unused} not used` : ""}`;
}
