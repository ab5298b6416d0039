import { latentOptions, type ReadyTask } from "@autocircuit/circuits";
import { modelName, readConfig, resolveModelFolder } from "@autocircuit/models";
import { type KeepingOptions, keptAs, notedAs } from "../support/kept-latents.ts";
import { scaleOf } from "../support/latent-options.ts";
import { promptsNames } from "../support/prompts-name.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import { loadedNote } from "./memory-note.ts";
import { offeringSkip } from "./own-prompts.ts";
import { type PlannedModel, plannedLatents } from "./planned-latents.ts";
import { type LeftLatents, prunedLatentsOf } from "./pruned-latents.ts";
import type { Subject } from "./subject.ts";

type ReadyOptions = Pick<SubjectCommandOptions, "prompts" | "skipUnfit"> & KeepingOptions;

/** A ready-made task as a subject, on its own model and prompts or on those that were named. */
export function readySubject(task: ReadyTask, model: string | undefined, options: ReadyOptions = {}): Subject {
  const { prompts: files, skipUnfit } = options;
  const notes: string[] = [];
  let prunedLatents: LeftLatents | null = null;
  let replacedKl: number | null = null;
  const name = model === undefined ? null : modelName(model);
  return {
    name: task.name,
    description: task.description,
    model: name,
    prompts: files === undefined ? null : promptsNames(files),
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
        ...(model !== undefined && { model }),
        free: used.freeBytes,
        ...(files && { prompts: [...files], skipUnfit: skipUnfit ?? false }),
        ...latentOptions({ ...options, keepLatents: options.keptBy, autoencoderScale: scaleOf(options) }),
      };
      const loading = keptAs(options.keptBy, () => task.load(how));
      // Prompts that the task makes itself nothing can be left out of.
      const loaded = await (files && !skipUnfit ? loading.catch(offeringSkip) : loading);
      try {
        prunedLatents = prunedLatentsOf(loaded, options);
        replacedKl = loaded.replacedKl;
        notes.splice(0, notes.length, ...loaded.notes.map((note) => notedAs(options.keptBy, note)));
        for (const note of notes) print(note);
        const memory = await loadedNote(loaded, shape, { used, planned, signal });
        if (model !== undefined) print(memory);
        return loaded;
      } catch (error) {
        await loaded[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

/** What its autoencoders will be on a model that was named; undefined where it is to have none. @throws UsageError where they have no room */
async function plannedOn(
  model: string,
  options: ReadyOptions,
  how: Pick<PlannedModel, "used" | "asAutocircuit" | "labels" | "signal">,
) {
  if (options.autoencoders === undefined) return undefined;
  const folder = await resolveModelFolder(model, { signal: how.signal });
  return plannedLatents(options, { config: await readConfig(folder), folder, ...how });
}
