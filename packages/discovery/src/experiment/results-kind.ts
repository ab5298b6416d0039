import { kind } from "@autocircuit/base";
import { ablationTypes, patchTypes } from "@autocircuit/core";
import { metrics } from "@autocircuit/metrics";

type Record_ = Readonly<Record<string, unknown>>;

const numbers = kind.listOf(kind.numeric);
const indices = kind.listOf(kind.whole);

const history = kind.shape("a history", { loss: numbers, target: numbers, size: numbers });
const point = kind.such("a point", (value) => {
  const { size, value: height, deviation, points } = kind.record.accepts(value) ? (value as Record_) : {};
  const spread =
    deviation === undefined ? points === undefined : typeof deviation === "number" && numbers.accepts(points);
  return kind.whole.accepts(size) && typeof height === "number" && spread;
});

const lists = {
  tasks: kind.shape("a task", {
    ...{ key: kind.text, name: kind.text, graph: kind.record, edgeCount: kind.count, knownEdges: kind.orNull(indices) },
    ...{ dtype: kind.text, train: indices, test: indices, outputs: numbers },
  }),
  algorithms: kind.shape("an algorithm", { key: kind.text, name: kind.text, short: kind.text, options: kind.record }),
  scored: kind.shape("scores", {
    ...{ task: kind.text, algorithm: kind.text, seconds: kind.finite, history: kind.optional(history) },
    // No path: nothing outside the folder is read.
    file: kind.such("a file's name", (value) => typeof value === "string" && /^[\w-]+\.safetensors$/.test(value)),
  }),
  series: kind.shape("a series", {
    ...{ task: kind.text, algorithm: kind.text, metric: kind.oneOf(Object.keys(metrics)) },
    ...{ ablation: kind.oneOf(ablationTypes), patch: kind.oneOf(patchTypes) },
    ...{ asked: kind.orNull(indices), points: kind.listOf(point) },
  }),
} as const;

/** What must hold of the file of an experiment, the first that does not is why it cannot be used. */
export const experimentFile: readonly { readonly what: string; readonly holds: (json: unknown) => boolean }[] = [
  {
    what: "it is not the results of an experiment (`format` should be autocircuit-experiment).",
    holds: (json) => kind.record.accepts(json) && (json as Record_).format === "autocircuit-experiment",
  },
  { what: "it is of another version of this file; make it again.", holds: (json) => (json as Record_).version === 3 },
  ...Object.entries(lists).map(([name, entry]) => ({
    what: `\`${name}\` should be a list, each entry ${entry.what}, but an entry is none.`,
    holds: (json: unknown) => kind.listOf(entry).accepts((json as Record_)[name]),
  })),
];
