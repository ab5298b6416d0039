import { kind, signature } from "@autocircuit/base";
import type { LoadedTask } from "@autocircuit/core";
import { type AlgorithmName, algorithms } from "../algorithms.ts";
import { ownValues } from "../own-names.ts";
import { optionOf } from "./fitting-options.ts";
import { outlineOf, plannedTask, type TaskOutline } from "./task-outline.ts";

/** An algorithm with the options that it was given. */
export interface AskedAlgorithm {
  readonly algorithm: AlgorithmName;
  readonly options: Readonly<Record<string, unknown>>;
}

/** How who asks for a discovery writes what is wrong with it. */
export interface FittingWords {
  /** What asks too much; by default the algorithm's name. */
  readonly what?: string | undefined;
  /** What it is asked of, such as `the task`. */
  readonly subject: string;
  /** An option of the algorithm, with a value or with one of the reader's own. */
  readonly give: (option: string, value?: string) => string;
  /** What else can be done. */
  readonly another: string;
}

const OF_PROGRAMS: FittingWords = {
  subject: "the task",
  give: (option, value) => (value === undefined ? `\`options.${option}\`` : `\`options.${option}: "${value}"\``),
  another: "choose another `algorithm`",
};

const check = signature("fittingProblem", {
  asked: kind.shape("an algorithm and its options", {
    algorithm: kind.oneOf(Object.keys(algorithms)),
    options: kind.record,
  }),
  task: plannedTask,
  words: kind.having("{ subject, give, another }", "subject", "give", "another"),
});

/**
 * Why an algorithm with its options does not fit a task: not every task has a known circuit to start from, options may be made for other graphs,
 * and numbers have no probabilities and no wrong answers.
 *
 * @returns the problem and what to do; undefined where all is well
 * @example
 * const problem = fittingProblem({ algorithm: "circuit-probing", options: { circuitSizes: [3] } }, task);
 * console.log(problem ?? "It fits.");
 */
export function fittingProblem(
  asked: AskedAlgorithm,
  task: LoadedTask | TaskOutline,
  words: FittingWords = OF_PROGRAMS,
): string | undefined {
  check({ asked, task, words });
  const { algorithm } = asked;
  const options: AskedAlgorithm["options"] = ownValues(asked.options);
  const { graph, config, hasKnownCircuit: known = false } = outlineOf(task);
  const { edgeCount } = graph;
  const { what = algorithm, subject, give, another } = words;
  const needed = PUBLISHED_AS[algorithm];
  if (!known && needed !== undefined && options[needed] === undefined)
    return `${what} starts from the edges of a known circuit, and ${subject} has none. Give edges by ${give(needed)}, or ${another}.`;
  const sizes = sizesOf(algorithm, options);
  if (!known && sizes.includes("true_size") && options.knownEdges === undefined)
    return (
      `${what} probes for a circuit as large as the known one, and ${subject} has none. ` +
      `Give numbers of edges of its ${edgeCount} by ${give("circuitSizes")}, or ${another}.`
    );
  if (sizes.some((size) => typeof size === "number" && size > edgeCount))
    return (
      `${what} probes for circuits of ${sizes.join(", ")} edges, and the graph of ${subject} has ${edgeCount}. ` +
      `Give ${known ? give("circuitSizes", "true_size") : `numbers up to that by ${give("circuitSizes")}`}.`
    );
  const unfit =
    config.dVocabOut === 1 ? FOR_NUMBERS.filter(([name, value]) => isUnfit(algorithm, options, name, value)) : [];
  if (unfit.length === 0) return undefined;
  const values = unfit.map(([name]) => `${name} ${options[name]}`).join(" and ");
  const fitting = unfit.map(([name, value]) => give(name, value)).join(" ");
  return `${what} with ${values} is for models whose outputs are tokens; those of ${subject} are numbers. Give ${fitting}, or ${another}.`;
}

/** Algorithms that cannot do without a known circuit, and their option for it. */
const PUBLISHED_AS: Partial<Record<AlgorithmName, string>> = {
  "ground-truth": "edges",
  "constrained-probing": "knownEdges",
};

/** Options that must have one value where the outputs are numbers. */
const FOR_NUMBERS = [
  ["gradFunction", "logit"],
  ["answerFunction", "mean-squared-error"],
  ["target", "mean-squared-error"],
] as const;

function isUnfit(algorithm: AlgorithmName, options: AskedAlgorithm["options"], name: string, fitting: string): boolean {
  const option = optionOf(algorithm, name);
  return option?.choices?.includes(fitting) === true && options[name] !== undefined && options[name] !== fitting;
}

/** The circuit sizes of probing; none for other algorithms. */
function sizesOf(algorithm: AlgorithmName, options: AskedAlgorithm["options"]): readonly (number | string)[] {
  if (optionOf(algorithm, "circuitSizes") === undefined) return [];
  return (options.circuitSizes ?? ["true_size"]) as readonly (number | string)[];
}
