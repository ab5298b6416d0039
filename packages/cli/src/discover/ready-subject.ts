import type { ReadyTask } from "@autocircuit/circuits";
import type { LoadedTask } from "@autocircuit/core";
import type { UsedDevice } from "../support/use-device.ts";
import { type RunShape, requireMemory } from "./require-memory.ts";
import type { Subject } from "./subject.ts";

/** A ready-made task as a subject, on its own model or on the one that was named. */
export function readySubject(task: ReadyTask, model: string | undefined): Subject {
  return {
    name: task.name,
    description: task.description,
    circuits: task.circuits,
    tokenLabels: ({ model: { graph } }) => (task.tokenLabels.length === graph.tokens ? task.tokenLabels : undefined),
    load: async ({ byToken, seed, circuit, used, shape }, { signal, print }) => {
      const loaded = await task.load({
        ...{ byToken, seed, signal, ...used.how },
        ...(circuit !== undefined && { circuit }),
        ...(model !== undefined && { model }),
      });
      try {
        if (model !== undefined) print(memoryOf(loaded, shape(loaded.model.graph.edgeCount), used));
        return loaded;
      } catch (error) {
        await loaded[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

/** What a run on a task's prompts needs. @throws UsageError when there is not so much memory */
export function memoryOf({ model, train, test }: LoadedTask, shape: RunShape, used: UsedDevice): string {
  const batchSize = Math.max(train.batchSize, test.batchSize);
  const length = Math.max(...[...train, ...test].map((batch) => batch.length));
  return requireMemory({ config: model.config, ...shape, batchSize, length, used, loaded: true });
}
