import type { LoadedTask } from "@autocircuit/core";
import { type AlgorithmName, optionOf, outputsNumbers } from "@autocircuit/discovery";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { DiscoverSettings } from "./settings.ts";

/**
 * Checks that what the algorithm is told fits the model that was loaded: a preset is made for other graphs and outputs, and not every model has
 * a known circuit.
 *
 * @throws UsageError saying what to give instead
 */
export function requireFitting(
  settings: Pick<DiscoverSettings, "algorithm" | "given" | "subject">,
  options: Pick<DiscoverCommandOptions, "preset" | "set">,
  task: Pick<LoadedTask, "model" | "knownEdges">,
): void {
  const { algorithm, given, subject } = settings;
  if (algorithm === undefined) return;
  const { preset, set } = options;
  const what = preset === undefined ? algorithm : `The preset "${preset}"`;
  const another = `choose another --${preset === undefined ? "algorithm" : "preset"}`;
  const { edgeCount } = task.model.graph;

  const needed = PUBLISHED_AS[algorithm];
  if (task.knownEdges === null && needed !== undefined && given[needed] === undefined)
    throw new UsageError(
      `${what} starts from the edges of a known circuit, and ${subject.name} has none. ` +
        `Give edges by --set ${needed}=EDGE,EDGE,..., or ${another}.`,
    );
  const sizes = sizesOf(settings);
  if (task.knownEdges === null && sizes.includes("true_size") && given.knownEdges === undefined)
    throw new UsageError(
      `${what} probes for a circuit as large as the known one, and ${subject.name} has none. ` +
        `Give numbers of edges of its ${edgeCount} by --set circuitSizes=N,N,..., or ${another}.`,
    );
  const over = sizes.find((size) => typeof size === "number" && size > edgeCount);
  if (over !== undefined && preset !== undefined && !set.some((one) => one.startsWith("circuitSizes=")))
    throw new UsageError(
      `${what} probes for circuits of ${sizes.join(", ")} edges, and the graph of ${subject.name} has ${edgeCount}. ` +
        `Give ${task.knownEdges ? "--set circuitSizes=true_size" : `numbers up to that by --set circuitSizes=N,N,...`}.`,
    );
  const unfit = outputsNumbers(task) ? FOR_NUMBERS.filter(([name, value]) => isUnfit(settings, name, value)) : [];
  if (unfit.length === 0) return;
  const values = unfit.map(([name]) => `${name} ${given[name]}`).join(" and ");
  const fitting = unfit.map(([name, value]) => `--set ${name}=${value}`).join(" ");
  throw new UsageError(
    `${what} with ${values} is for models whose outputs are tokens; those of ${subject.name} are numbers. Give ${fitting}, or ${another}.`,
  );
}

/** Algorithms that cannot do without a known circuit, and their option for it. */
const PUBLISHED_AS: Partial<Record<AlgorithmName, string>> = {
  "ground-truth": "edges",
  "constrained-probing": "knownEdges",
};

/** Options that must have one value where the outputs are numbers, which have no probabilities and no wrong answers. */
const FOR_NUMBERS = [
  ["gradFunction", "logit"],
  ["answerFunction", "mse"],
  ["target", "mse"],
] as const;

function isUnfit(
  { algorithm, given }: Pick<DiscoverSettings, "algorithm" | "given">,
  name: string,
  fitting: string,
): boolean {
  const option = algorithm && optionOf(algorithm, name);
  return option?.choices?.includes(fitting) === true && given[name] !== undefined && given[name] !== fitting;
}

/** The circuit sizes of probing; none for other algorithms. */
function sizesOf({ algorithm, given }: Pick<DiscoverSettings, "algorithm" | "given">): readonly (number | string)[] {
  const option = algorithm && optionOf(algorithm, "circuitSizes");
  if (!option) return [];
  return (given.circuitSizes ?? ["true_size"]) as readonly (number | string)[];
}
