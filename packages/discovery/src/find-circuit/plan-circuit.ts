import { AutocircuitError } from "@autocircuit/base";
import { type AblationType, type LoadedTask, requireSameGraph } from "@autocircuit/core";
import type { AlgorithmName } from "../algorithms.ts";
import type { FindCircuitOptions } from "./find-circuit-options.ts";
import { ablationFor, outputsNumbers } from "./fitting-options.ts";
import { ACDC_UP_TO, type AlgorithmRun, FOR_LARGE_GRAPHS, startingAlgorithms } from "./starting-algorithms.ts";

/** What is to be run, and how large the circuit is to be. */
export interface Plan {
  /** Undefined where several algorithms are tried. */
  readonly named: AlgorithmName | undefined;
  readonly runs: readonly AlgorithmRun[];
  readonly ablation: AblationType;
  readonly size: FindCircuitOptions["size"];
  readonly faithful: number | undefined;
  readonly keep: number | undefined;
}

/** Options that every algorithm gets from here. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(["seed", "signal", "onProgress", "onSearch", "resume"]);

/** Share of the answers to keep where neither a size nor a known circuit says how large the circuit should be. */
export const USUAL_KEEP = 0.99;

/**
 * What to run for a task, where not all of it was said.
 *
 * @throws AutocircuitError `bad-input` for options that exclude each other, or that do not suit the task
 */
export function planOf(task: LoadedTask, { algorithm, options = {}, size, tries, ...asked }: FindCircuitOptions): Plan {
  const { edgeCount } = task.model.graph;
  const { faithful } = asked;
  const sizes = Object.entries({ size, faithful, keep: asked.keep }).filter(([, value]) => value !== undefined);
  if (sizes.length > 1) {
    const names = sizes.map(([name]) => `\`${name}\``).join(" or ");
    throw bad(`Give either ${names}: each says how large the circuit is to be.`);
  }
  if (faithful !== undefined && outputsNumbers(task))
    throw bad(
      "The model gives a number, of which there is no logit difference to keep: give `size` instead of `faithful`.",
    );
  if (typeof size === "number" && size > edgeCount)
    throw bad(`\`size\` ${size} is more than the graph has: give at most ${edgeCount}.`);
  const mine = Object.keys(options).find((name) => OWN_OPTIONS.has(name));
  if (mine !== undefined)
    throw bad(`\`options.${mine}\`: \`${mine}\` is an option of findCircuit itself, not of the algorithm alone.`);
  for (const { algorithm: of, scores } of asked.resume?.rankings ?? [])
    requireSameGraph(scores.graph, task.model.graph, `\`resume\`: the scores of ${of} are`);
  const several = algorithm === undefined && asked.keep !== undefined;
  if (several && Object.keys(options).length > 0)
    throw bad("`options` are for one algorithm, and `keep` tries several: name one with `algorithm`.");
  // Without a size for the circuit edge attribution needs right answers to keep; numbers are never just right.
  const sized = task.knownEdges !== null || size !== undefined || !outputsNumbers(task);
  const usual = edgeCount <= ACDC_UP_TO || !sized ? "acdc" : FOR_LARGE_GRAPHS;
  const named = several ? undefined : (algorithm ?? usual);
  const ablation = ablationFor(named, options, asked.ablation);
  const open = task.knownEdges === null && named !== "acdc" && (size ?? faithful) === undefined;
  const keep = asked.keep ?? (open ? USUAL_KEEP : undefined);
  if (keep === undefined && (tries !== undefined || asked.seconds !== undefined))
    throw bad("`tries` and `seconds` are for the search for few edges: give `keep` too.");
  requireSelectable(asked, { keep, faithful });
  return { named, runs: named ? [[named, options]] : startingAlgorithms(edgeCount), ablation, size, faithful, keep };
}

/** @throws AutocircuitError `bad-input` for a selection by scores where the size is looked for by other means */
function requireSelectable(
  { select = "top", rank = "absolute", selectSeconds }: FindCircuitOptions,
  { keep, faithful }: Pick<Plan, "keep" | "faithful">,
): void {
  if (select !== "top" && keep !== undefined)
    throw bad(`\`select: "${select}"\` chooses so many edges by their scores: give \`size\`, and no \`keep\`.`);
  if (rank === "signed" && (keep ?? faithful) !== undefined)
    throw bad(
      '`rank: "signed"` chooses so many edges by their scores: give `size`, and neither `keep` nor `faithful`.',
    );
  if (selectSeconds !== undefined && select !== "exact")
    throw bad('`selectSeconds` limits an exact selection: give `select: "exact"` too.');
}

function bad(reason: string): AutocircuitError {
  return new AutocircuitError("bad-input", reason);
}
