import { kind } from "@autocircuit/base";
import { coreKinds, type Graph, type LoadedTask } from "@autocircuit/core";
import type { TransformerConfig } from "@autocircuit/native";

/** What a discovery is planned by: of a task that is loaded, or of one whose model is known by its configuration alone. */
export interface TaskOutline {
  readonly graph: Graph;
  readonly config: TransformerConfig;
  /** Whether a circuit of the task is known in this graph. Default false. */
  readonly hasKnownCircuit?: boolean | undefined;
  /** Whether one is known, but in other graphs: see `TaskOptions.knownElsewhere`. Default false. */
  readonly knownElsewhere?: boolean | undefined;
}

/** A task, or an outline of one. */
export const plannedTask = kind.either(
  coreKinds.loadedTask,
  kind.shape("an outline of one with `graph` and `config`", {
    graph: coreKinds.graph,
    config: kind.having("a transformer's configuration", "layers", "heads", "dModel", "dVocabOut"),
    hasKnownCircuit: kind.optional(kind.flag),
    knownElsewhere: kind.optional(kind.flag),
  }),
);

/** The outline of a task. */
export function outlineOf(task: LoadedTask | TaskOutline): TaskOutline {
  if (!("model" in task)) return task;
  const { graph, config } = task.model;
  return { graph, config, hasKnownCircuit: task.knownEdges !== null, knownElsewhere: task.options.knownElsewhere };
}
