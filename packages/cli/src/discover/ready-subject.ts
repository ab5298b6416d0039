import type { ReadyTask } from "@autocircuit/circuits";
import type { LoadedTask } from "@autocircuit/core";
import { latentsNote } from "../support/latents-note.ts";
import { modelName } from "../support/model-name.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import type { UsedDevice } from "../support/use-device.ts";
import { type RunShape, requireMemory } from "./require-memory.ts";
import type { Subject } from "./subject.ts";

type ReadyOptions = Pick<SubjectCommandOptions, "prompts" | "autoencoders" | "pruneLatents" | "autoencoderErrors">;

/** A ready-made task as a subject, on its own model and prompts or on those that were named. */
export function readySubject(
  task: ReadyTask,
  model: string | undefined,
  { prompts: files, autoencoders, pruneLatents, autoencoderErrors }: ReadyOptions = {},
): Subject {
  const notes: string[] = [];
  const name = model === undefined ? null : modelName(model);
  return {
    name: task.name,
    description: task.description,
    model: name,
    circuits: task.circuits,
    title: (loaded) => (name === null ? task.name : loaded.name),
    notes,
    tokenLabels: (loaded) => labelsOf(files ? [] : task.tokenLabels, loaded),
    load: async ({ byToken, seed, circuit, used, shape }, { signal, print }) => {
      const loaded = await task.load({
        ...{ byToken, seed, signal, ...used.how },
        ...(circuit !== undefined && { circuit }),
        ...(model !== undefined && { model }),
        ...(files && { dataset: [...files] }),
        ...(autoencoders !== undefined && { autoencoders }),
        ...(pruneLatents !== undefined && { pruneLatents }),
        ...(autoencoderErrors !== undefined && { autoencoderErrors }),
      });
      try {
        notes.splice(
          0,
          notes.length,
          ...(loaded.knownEdges === null && !loaded.model.graph.config.latents
            ? [uncompared(task, name, loaded, files !== undefined)]
            : []),
          ...latentsNote(loaded.model),
        );
        for (const note of notes) print(note);
        if (model !== undefined) print(memoryOf(loaded, shape(loaded.model.graph.edgeCount), used));
        return loaded;
      } catch (error) {
        await loaded[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

/** Labels of the prompts as they were loaded: another vocabulary cuts them otherwise. */
function labelsOf(
  tokenLabels: readonly string[],
  { train, model: { graph } }: LoadedTask,
): readonly string[] | undefined {
  const loaded = train.seqLabels?.map((label) => (label === "<|BOS|>" ? "BOS" : label));
  return [loaded, tokenLabels].find((labels) => labels?.length === graph.tokens);
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
export function memoryOf({ model, train, test }: LoadedTask, shape: RunShape, used: UsedDevice): string {
  const batchSize = Math.max(train.batchSize, test.batchSize);
  const length = Math.max(...[...train, ...test].map((batch) => batch.length));
  return requireMemory({ config: model.config, graph: model.graph, ...shape, batchSize, length, used, loaded: true });
}
