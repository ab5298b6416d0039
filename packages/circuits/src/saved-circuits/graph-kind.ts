import { AutocircuitError, badFile } from "@autocircuit/base";
import { type Graph, type GraphKind, unclearGroups } from "@autocircuit/core";

/** Of a model's configuration, how many heads share keys and values. */
export interface GroupedHeads {
  readonly heads: number;
  readonly kvHeads?: number | undefined;
}

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
 * @throws AutocircuitError `bad-file` where what it says is malformed
 */
export function graphKindIn(json: unknown, where: string): GraphKind | undefined {
  const { graph } = (json ?? {}) as { graph?: unknown };
  if (typeof graph !== "object" || graph === null) return undefined;
  const kind = { ...USUAL, ...graph };
  const wrong = NAMES.find((name) => typeof kind[name] !== "boolean");
  if (wrong !== undefined)
    throw badFile(where, `\`${wrong}\` of its \`graph\` is ${JSON.stringify(kind[wrong])}, not true or false.`);
  const { factorized, separateQkv, ungrouped } = kind;
  return { factorized, separateQkv, ungrouped };
}

/**
 * That a circuit is of the kind of graph that the model has.
 *
 * @throws AutocircuitError `bad-input` saying with which options it would be
 */
export function requireGraphKind(kind: GraphKind, where: string, graph: Graph): void {
  const { heads, kvHeads } = graph.config;
  // Where each head has its own keys and values the graph is the same.
  const ofFile = optionsOf({ ...kind, ungrouped: kind.ungrouped && kvHeads !== heads });
  const ofModel = optionsOf(graphKind(graph));
  if (ofFile === ofModel) return;
  const [found, here] = [ofFile, ofModel].map((options) =>
    options === "" ? "the usual kind of graph" : `a graph of ${options}`,
  );
  const give = ofFile === "" ? `leave ${ofModel} out` : `give your own \`model\` and \`prompts\` with ${ofFile}`;
  throw new AutocircuitError(
    "bad-input",
    `${where} is a circuit in ${found}, and here is ${here}: edges of one name differ. To have it as it was found, ${give}.`,
  );
}

/**
 * That a list of edges which does not say of which kind of graph it is means one thing, where keys and values are grouped.
 *
 * @throws AutocircuitError `bad-input` saying how to say it
 */
export function requireClearGroups(
  edges: readonly (readonly [name: string, ...unknown[]])[],
  where: string,
  config: GroupedHeads,
): void {
  const edge = unclearGroups(
    config,
    edges.map(([name]) => name),
  );
  if (edge === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `${where} does not say in which kind of graph its edges are, and this model has keys and values of groups of heads: ${edge} is an input of a whole ` +
      'group in the usual graph, of a single head in one of `ungrouped: true`. Write which in the file: {"graph": {"ungrouped": false}, "edges": [...]}, or true.',
  );
}

/** The options that make a graph of a kind; empty for the usual one. */
function optionsOf({ factorized, separateQkv, ungrouped }: GraphKind): string {
  if (!factorized) return "`factorized: false`";
  return [separateQkv ? [] : ["`separateQkv: false`"], ungrouped ? ["`ungrouped: true`"] : []].flat().join(" and ");
}
