import type { ReadyTask } from "@autocircuit/circuits";
import type { LoadedTask } from "@autocircuit/core";
import { requireMemory } from "./require-memory.ts";
import type { Subject } from "./subject.ts";

/**
 * A ready-made task as a subject, on its own model or on the one that was named.
 *
 * @param circuitsAtOnce how many circuits the algorithm runs at once, for the memory estimate
 */
export function readySubject(task: ReadyTask, model: string | undefined, circuitsAtOnce: number): Subject {
  return {
    name: task.name,
    description: task.description,
    circuits: task.circuits,
    tokenLabels: ({ model: { graph } }) => (task.tokenLabels.length === graph.tokens ? task.tokenLabels : undefined),
    load: async ({ byToken, seed, circuit }, { signal, print }) => {
      const loaded = await task.load({
        ...{ byToken, seed, signal },
        ...(circuit !== undefined && { circuit }),
        ...(model !== undefined && { model }),
      });
      try {
        if (model !== undefined) print(memoryOf(loaded, circuitsAtOnce));
        return loaded;
      } catch (error) {
        await loaded[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

function memoryOf({ model, train, test }: LoadedTask, circuits: number): string {
  const batchSize = Math.max(train.batchSize, test.batchSize);
  const length = Math.max(...[...train, ...test].map((batch) => batch.length));
  return requireMemory({ config: model.config, batchSize, circuits, length, dtype: model.computeDtype, loaded: true });
}
