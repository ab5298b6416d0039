import { kind } from "@autocircuit/base";
import { Ablation, KeptRun, Prefix, Tensor } from "@autocircuit/native";
import { ablationTypes } from "./ablations/ablation-type.ts";
import { outputSliceNames } from "./model/output-slice.ts";

// What arguments and options of this package and those above it may be; see `signature` of the engine.

/** A tensor of the engine. */
export const tensor = kind.instance(Tensor, "a Tensor");

/** What a model runs: `Tokens`, or a tensor of token ids that nothing else belongs to. */
export const tokens = kind.either(kind.having("Tokens (such as `batch.clean`)", "ids", "canSlice", "repeat"), tensor);

/** Values that ablated edges take. */
export const ablation = kind.instance(Ablation, "an Ablation (see PatchableModel.ablations)");

/** A run kept by the engine. */
export const keptRun = kind.instance(KeptRun, "a KeptRun (see PatchableModel.run with keepRun)");

/** Cached keys and values. */
export const prefix = kind.instance(Prefix, "a Prefix (see sharePrefix)");

/** A graph of edges. */
export const graph = kind.having("a Graph", "edgeCount", "groups", "sources", "index");

/** What has a graph of edges: a model, a task. */
export const hasGraph = kind.such(
  "a PatchableModel, or what else has a `graph`",
  (value) => kind.having("", "graph").accepts(value) && graph.accepts((value as { graph: unknown }).graph),
);

/** A model whose edges can be patched. */
export const patchableModel = kind.having("a PatchableModel", "graph", "forward", "ablations", "transformer");

/** Prompt pairs in batches. */
export const promptLoader = kind.having("a PromptLoader", "batches", "promptCount", "batchSize");

/** A task with its model and prompts. */
export const loadedTask = kind.shape("a loaded task", {
  model: patchableModel,
  train: promptLoader,
  test: promptLoader,
});

/** A number an edge. */
export const pruneScores = kind.such(
  "PruneScores",
  (value) => kind.having("", "graph", "values", "info").accepts(value) && hasGraph.accepts(value),
);

/** A set of edges of a graph. */
export const circuit = kind.such(
  "a Circuit",
  (value) => kind.having("", "graph", "indices").accepts(value) && hasGraph.accepts(value),
);

/** An edge's name, alone or with a position. */
export const edgeName = kind.either(
  kind.text,
  kind.such(
    "[name, token]",
    (value) =>
      Array.isArray(value) &&
      value.length <= 2 &&
      typeof value[0] === "string" &&
      (value[1] === null || value[1] === undefined || typeof value[1] === "number"),
  ),
);

/** What {@link Graph.index} takes, as far as its form goes. */
export const edgeRef = kind.either(
  edgeName,
  kind.such("a number", (value) => typeof value === "number"),
  kind.having("an Edge", "src", "dest", "token", "name"),
);

/** Edges, in anything that can be gone through. */
export const edges = kind.such("a list of edges, not one edge's name", kind.iterable.accepts);

/** The name of an ablation. */
export const ablationName = kind.oneOf(ablationTypes);

/** Which part of the output counts. */
export const outputSlice = kind.either(
  kind.oneOf(outputSliceNames),
  kind.such("{ position: a whole number }", (value) => {
    return kind.record.accepts(value) && kind.integer.accepts((value as { position?: unknown }).position);
  }),
);

const promptFile = kind.either(kind.text, kind.record);

/** Where prompts come from, see `loadPrompts`. */
export const promptInput = kind.either(promptFile, kind.listOf(promptFile));

/** `clean` or `corrupt`. */
export const promptSide = kind.oneOf(["clean", "corrupt"]);

/** One number for the training and the test prompts, or one for each. */
export const trainTestOf = (least: typeof kind.count) =>
  kind.either(
    least,
    kind.such(`{ train, test }, each ${least.what}`, (value) => {
      const { train, test } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
      return least.accepts(train) && least.accepts(test);
    }),
  );

/** The same of which none can be 0. */
export const trainTest = trainTestOf(kind.count);

/** Memory in bytes, which may be without an end. */
export const bytes = kind.such("a number of bytes", (value) => typeof value === "number" && value >= 0);

/** Options of everything that takes long. */
export const longOptions = { signal: kind.signal, onProgress: kind.callback };
