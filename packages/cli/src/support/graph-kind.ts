import { type Graph, type ResolvedGraphConfig, unclearGroups } from "@autocircuit/core";
import type { SubjectCommandOptions } from "./subject-options.ts";
import { UsageError } from "./usage-error.ts";

/** Which of a model's graphs is meant: the same name of an edge may mean different things in two of them. */
export type GraphKind = Pick<ResolvedGraphConfig, "factorized" | "separateQkv" | "ungrouped">;

type KindOptions = Pick<SubjectCommandOptions, "nodeEdges" | "sharedQkv" | "ungrouped">;

const NAMES = ["factorized", "separateQkv", "ungrouped"] as const;

/** What a description of a graph leaves out is so. */
const USUAL: GraphKind = { factorized: true, separateQkv: true, ungrouped: false };

/** The kind of a graph, as `discover --json` writes it. */
export function graphKind({ config: { factorized, separateQkv, ungrouped } }: Graph): GraphKind {
  return { factorized, separateQkv, ungrouped };
}

/**
 * The kind that parsed JSON says, as `discover --json` and circuit files do; undefined for a list of edges that says nothing.
 *
 * @throws UsageError where what it says is malformed
 */
export function graphKindIn(json: unknown, path: string): GraphKind | undefined {
  const { graph } = (json ?? {}) as { graph?: unknown };
  if (typeof graph !== "object" || graph === null) return undefined;
  const kind = { ...USUAL, ...graph };
  const wrong = NAMES.find((name) => typeof kind[name] !== "boolean");
  if (wrong !== undefined)
    throw new UsageError(
      `${path}: \`${wrong}\` of its \`graph\` is ${JSON.stringify(kind[wrong])}, not true or false.`,
    );
  const { factorized, separateQkv, ungrouped } = kind;
  return { factorized, separateQkv, ungrouped };
}

/** The options that make a model's graph of a kind. What was asked for stays; it may contradict, see {@link requireGraphKind}. */
export function kindOptions(kind: GraphKind | undefined, asked: KindOptions): KindOptions {
  if (kind === undefined) return {};
  const { factorized, separateQkv, ungrouped } = kind;
  const contradicts = factorized ? asked.nodeEdges : asked.sharedQkv || asked.ungrouped;
  if (contradicts) return {};
  return {
    nodeEdges: !factorized,
    sharedQkv: asked.sharedQkv ?? (factorized && !separateQkv),
    ungrouped: asked.ungrouped ?? ungrouped,
  };
}

/**
 * That a circuit is of the kind of graph that the model has.
 *
 * @param kind undefined where its file does not say
 * @throws UsageError saying with which options it would be
 */
export function requireGraphKind(kind: GraphKind | undefined, path: string, graph: Graph): void {
  if (kind === undefined) return;
  const { heads, kvHeads } = graph.config;
  // Where each head has its own keys and values the graph is the same.
  const [found, wanted] = [flags({ ...kind, ungrouped: kind.ungrouped && kvHeads !== heads }), flags(graphKind(graph))];
  if (found === wanted) return;
  const give = found === "" ? `leave ${wanted} out` : `give your own --model and --prompts with ${found}`;
  const [ofFile, here] = [found, wanted].map((text) =>
    text === "" ? "the usual kind of graph" : `a graph of ${text}`,
  );
  throw new UsageError(
    `${path} is a circuit in ${ofFile}, and here is ${here}: edges of one name differ. To have it as it was found, ${give}.`,
  );
}

/**
 * That a list of edges which does not say of which kind of graph it is means one thing, where keys and values are grouped.
 *
 * @throws UsageError saying how to say it
 */
export function requireClearGroups(
  path: string,
  names: readonly string[],
  config: Pick<ResolvedGraphConfig, "heads" | "kvHeads">,
): void {
  const edge = unclearGroups(config, names);
  if (edge === undefined) return;
  throw new UsageError(
    `${path} does not say in which kind of graph its edges are, and this model has keys and values of groups of heads: ${edge} is an input of a whole ` +
      'group in the usual graph, of a single head in one of --ungrouped. Write which in the file: {"graph": {"ungrouped": false}, "edges": [...]}, or true.',
  );
}

/** The options of a kind, as they are given; empty for the usual one. */
function flags({ factorized, separateQkv, ungrouped }: GraphKind): string {
  if (!factorized) return "--node-edges";
  return [separateQkv ? [] : ["--shared-qkv"], ungrouped ? ["--ungrouped"] : []].flat().join(" ");
}
