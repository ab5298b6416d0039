import { latentOptions, ownTask } from "@autocircuit/circuits";
import { type DividedPrompts, Graph, graphKindProblem, slicedCount, splitPrompts } from "@autocircuit/core";
import { modelName } from "@autocircuit/models";
import { inFlagNames } from "../support/in-flags.ts";
import { type KeepingOptions, keptAs, notedAs } from "../support/kept-latents.ts";
import { scaleOf } from "../support/latent-options.ts";
import { Progress } from "../support/progress.ts";
import { promptsNames } from "../support/prompts-name.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import { UsageError } from "../support/usage-error.ts";
import { loadedNote, planNote, plannedBatch } from "./memory-note.ts";
import { ownInputs } from "./own-inputs.ts";
import type { OwnPrompts } from "./own-prompts.ts";
import { plannedLatents } from "./planned-latents.ts";
import { processingOptions } from "./processing-options.ts";
import { type LeftLatents, prunedLatentsOf } from "./pruned-latents.ts";
import { readOutputSlice } from "./read-output-slice.ts";
import type { Subject } from "./subject.ts";

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
  const { factorized, separateQkv, ungrouped = false } = options;
  const graph = { factorized, separateQkv, ungrouped };
  const problem = graphKindProblem(graph);
  if (problem !== undefined) throw new UsageError(inFlagNames(problem));
  const name = modelName(model);
  const names = promptsNames(files);
  const notes: string[] = [];
  let prunedLatents: LeftLatents | null = null;
  let replacedKl: number | null = null;
  return {
    name,
    description: names,
    model: name,
    prompts: names,
    circuits: {},
    title: ({ name }) => name,
    notes,
    get prunedLatents() {
      return prunedLatents;
    },
    get replacedKl() {
      return replacedKl;
    },
    load: async ({ byToken, seed, labels, used, shape }, { signal, print }) => {
      const inputs = await ownInputs(model, files, { ...options, byToken, signal });
      const { folder, config, tokenizer, prompts } = inputs;
      if (prompts.note) print(prompts.note);
      notes.splice(0, notes.length, ...(prompts.note ? [prompts.note] : []));
      const split = splitPrompts(prompts.pairs.length, {
        batchSize: options.batchSize,
        batchCount: options.batchCount,
      });
      const { batchSize, batchCount } = split;
      print(splitText(prompts, split));
      const planned = await plannedLatents(options, { config, folder, used, byToken, processing, labels, signal });
      const ofLength = { ...graph, seqLen: byToken ? prompts.longest : null };
      const whole = planned?.graph(ofLength) ?? Graph.of(config, ofLength);
      const { longest: seqLen } = prompts;
      const outputs = slicedCount(outputSlice, seqLen);
      const run = {
        config,
        batchSize,
        seqLen,
        promptCount: (batchCount.train + batchCount.test) * batchSize,
        outputs,
        used,
      };
      const latents = planned && { autoencoders: planned.autoencoders, pruned: planned.pruned };
      const shaped = shape({ graph: whole, config }, plannedBatch(run, outputSlice));
      print(planNote({ ...run, ...shaped, ...latents, graph: whole }));
      using latentsPruned = new Progress("pruning latents");
      const loaded = await keptAs(options.keptBy, () =>
        ownTask(folder, prompts.source, {
          ...used.how,
          ...graph,
          ...{
            key: name,
            name: prompts.source.title ?? names,
            batchSize,
            batchCount,
            byToken,
            seed,
            outputSlice,
          },
          ...{ tokenizer, align: options.align, processing, signal },
          free: used.freeBytes,
          ...(!options.prependBos && { prependBos: false }),
          ...latentOptions({ ...options, keepLatents: options.keptBy, autoencoderScale: scaleOf(options) }),
          onProgress: ({ done, total }) => latentsPruned.update(done, total),
        }),
      );
      latentsPruned[Symbol.dispose]();
      try {
        prunedLatents = prunedLatentsOf(loaded, options);
        replacedKl = loaded.replacedKl;
        notes.push(...loaded.notes.map((note) => notedAs(options.keptBy, note)));
        for (const note of notes.slice(prompts.note ? 1 : 0)) print(note);
        if (planned) print(await loadedNote(loaded, shape, { used, planned, signal }));
        return loaded;
      } catch (error) {
        await loaded[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

function splitText(
  { pairs: { length: count }, shortest, longest }: OwnPrompts,
  { batchSize, batchCount: { train, test } }: DividedPrompts,
): string {
  const part = (batchCount: number) => `${batchCount * batchSize} (${batchCount} x ${batchSize})`;
  const length = shortest === longest ? longest : `${shortest} to ${longest}`;
  const unused = count - (train + test) * batchSize;
  return `prompts: ${count} pairs of ${length} tokens; ${part(train)} to discover with, ${part(test)} to measure on${unused > 0 ? `, ${unused} not used` : ""}`;
}
