import { latentOptions, type ReadyTask } from "@autocircuit/circuits";
import { activeLatents, type LoadedTask, latentPlaces, slicedCount } from "@autocircuit/core";
import { readConfig, requireLoadable, resolveModelFolder } from "@autocircuit/models";
import { type KeepingOptions, keptAs } from "../support/kept-latents.ts";
import { scaleOf } from "../support/latent-options.ts";
import { latentsNote, prunedLatentsNote } from "../support/latents-note.ts";
import { modelName } from "../support/model-name.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import type { UsedDevice } from "../support/use-device.ts";
import { inFlags } from "./in-flags.ts";
import { memoryNote, plannedBatch } from "./memory-note.ts";
import { type PlannedLatents, type PlannedModel, plannedLatents, sizesIn } from "./planned-latents.ts";
import { type LeftLatents, prunedLatentsOf } from "./pruned-latents.ts";
import type { Subject, SubjectOptions } from "./subject.ts";

type ReadyOptions = Pick<SubjectCommandOptions, "prompts"> & KeepingOptions;

/** A ready-made task as a subject, on its own model and prompts or on those that were named. */
export function readySubject(task: ReadyTask, model: string | undefined, options: ReadyOptions = {}): Subject {
  const { prompts: files } = options;
  const notes: string[] = [];
  let prunedLatents: LeftLatents | null = null;
  let replacedKl: number | null = null;
  const name = model === undefined ? null : modelName(model);
  return {
    name: task.name,
    description: task.description,
    model: name,
    circuits: task.circuits,
    title: (loaded) => (name === null ? task.name : loaded.name),
    notes,
    get prunedLatents() {
      return prunedLatents;
    },
    get replacedKl() {
      return replacedKl;
    },
    load: async ({ byToken, seed, knownCircuit, ablation, labels, used, shape }, { signal, print }) => {
      const { needsAutoencoders: asAutocircuit } = task;
      const planned =
        model === undefined ? undefined : await plannedOn(model, options, { used, asAutocircuit, labels, signal });
      const how = {
        ...{ byToken, seed, signal, ...used.how },
        ...(knownCircuit !== undefined && { knownCircuit }),
        ...(ablation !== undefined && { ablation }),
        // Of a model that was named it was asked above, in words of the command line.
        ...(model !== undefined && { model, free: Number.POSITIVE_INFINITY }),
        ...(files && { prompts: [...files] }),
        ...latentOptions({ ...options, keepLatents: options.keptBy, autoencoderScale: scaleOf(options) }),
      };
      const loaded = await keptAs(options.keptBy, () => task.load(how));
      try {
        prunedLatents = prunedLatentsOf(loaded, options);
        replacedKl = loaded.replacedKl;
        notes.splice(
          0,
          notes.length,
          ...(loaded.knownEdges === null && !loaded.model.graph.config.latents
            ? [uncompared(task, name, loaded, files !== undefined)]
            : []),
          ...latentsNote(loaded.model, replacedKl),
          ...prunedLatentsNote(prunedLatents),
        );
        for (const note of notes) print(note);
        const memory = await memoryOf(loaded, shape, { used, planned, signal });
        if (model !== undefined) print(memory);
        return loaded;
      } catch (error) {
        await loaded[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

/** What its autoencoders will be on a model that was named. @throws UsageError where they, or the model alone, have no room */
async function plannedOn(
  model: string,
  options: ReadyOptions,
  how: Pick<PlannedModel, "used" | "asAutocircuit" | "labels" | "signal">,
) {
  const folder = await resolveModelFolder(model, { signal: how.signal });
  const config = await readConfig(folder);
  if (options.autoencoders === undefined) {
    const { device, dtype } = how.used.how;
    inFlags(() => requireLoadable(config, { device, dtype, free: how.used.freeBytes }), ["out-of-memory"]);
  }
  return plannedLatents(options, { config, folder, ...how });
}

/** That there is nothing to compare with, and which prompts there are. */
function uncompared(
  { name, circuits }: ReadyTask,
  model: string | null,
  { model: { config }, train, test }: LoadedTask,
  given: boolean,
) {
  const length = train.seqLen === null ? "" : ` of ${train.seqLen} tokens`;
  return (
    `No circuit of ${name} is known for ${model ?? "this model"} (${config.layers} blocks of ${config.heads} heads): the published ones ` +
    `(${Object.keys(circuits).join(", ")}) belong to a model of another shape. ` +
    (given
      ? `The ${train.promptCount + test.promptCount} prompt pairs${length} are those that were given.`
      : `The ${train.promptCount + test.promptCount} prompt pairs${length} were made for its vocabulary.`)
  );
}

/** What a run on a task's prompts needs. @throws UsageError when there is not so much memory */
async function memoryOf(
  { model, train, test, knownEdges, options: { knownElsewhere } }: LoadedTask,
  shape: SubjectOptions["shape"],
  { used, planned, signal }: { used: UsedDevice; planned: PlannedLatents | undefined; signal: AbortSignal },
): Promise<string> {
  const batchSize = Math.max(train.batchSize, test.batchSize);
  const seqLen = Math.max(...[...train, ...test].map((batch) => batch.seqLen));
  const { config, graph, outputSlice } = model;
  const prompts = train.promptCount + test.promptCount;
  const run = { batchSize, seqLen, prompts, outputs: slicedCount(outputSlice, seqLen), used };
  // Sizes of their own that nobody looked at do not matter: they are there.
  const unseen = () => latentPlaces(graph).map((place) => ({ ...place, dIn: 0, dOut: 0, decoders: 1 }));
  const autoencoders = graph.config.latents && (sizesIn(graph, planned) ?? unseen());
  const active = autoencoders && (await activeLatents(model, train, { signal }));
  return memoryNote({
    config,
    graph,
    autoencoders,
    activeLatents: active,
    ...run,
    ...shape({ graph, config, known: knownEdges !== null, knownElsewhere }, plannedBatch(run, outputSlice)),
    loaded: true,
  });
}
