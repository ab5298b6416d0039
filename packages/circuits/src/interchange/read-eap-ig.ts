import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, Graph } from "@autocircuit/core";
import { eapIgNodes, edgeNameOfEapIg, requireEapIgGraph } from "./eap-ig-names.ts";
import { isObject, parsePythonJson, pythonNumber } from "./python-json.ts";
import type { EapIgNode, ScoredCircuit } from "./scored-circuit.ts";

/** What {@link ReadCircuitOptions} may be. */
export const readCircuitOptions = { graph: coreKinds.graph };

const check = signature("readEapIgCircuit", { text: kind.text, where: kind.text }, readCircuitOptions);

/** How a circuit file is read. */
export interface ReadCircuitOptions {
  /** Graph of the model that the circuit should belong to; without it the file's own description is taken. */
  readonly graph?: Graph;
}

/**
 * Reads a circuit as EAP-IG and the Mechanistic Interpretability Benchmark write it. Edges that the file leaves out have score 0 and are
 * not in the circuit; a score of -Infinity marks an edge outside it too (see {@link requireClearScores}). Nodes may be booleans, as older files have
 * them.
 *
 * @param where the file's name, for messages
 * @throws AutocircuitError `bad-file` naming the entry: not JSON, no such node or edge, a score that is no number, another model's circuit
 */
export function readEapIgCircuit(text: string, where = "circuit", options: ReadCircuitOptions = {}): ScoredCircuit {
  check({ text, where }, options);
  return eapIgCircuitOf(parsePythonJson(text, where), where, options);
}

/** Whether parsed JSON looks like one of EAP-IG's circuit files. */
export function isEapIgCircuit(json: unknown): json is Record<"cfg" | "nodes" | "edges", Record<string, unknown>> {
  return isObject(json) && isObject(json.cfg) && isObject(json.nodes) && isObject(json.edges);
}

/** {@link readEapIgCircuit} for JSON that was parsed already. */
export function eapIgCircuitOf(json: unknown, where: string, options: ReadCircuitOptions = {}): ScoredCircuit {
  const { graph: wanted } = options;
  const bad: Bad = (reason) => {
    throw new AutocircuitError("bad-file", `${where}: ${reason}${reason.endsWith(".") ? "" : "."}`);
  };
  if (!isEapIgCircuit(json)) return bad("not a circuit of EAP-IG: it should have `cfg`, `nodes` and `edges`");
  const graph = wanted ?? graphOfCfg(json.cfg, bad);
  requireEapIgGraph(graph);
  if (wanted) requireSameModel(json.cfg, wanted, bad);
  const scores = new Float64Array(graph.edgeCount);
  const inCircuit = new Uint8Array(graph.edgeCount);
  for (const [name, entry] of Object.entries(json.edges)) {
    const ours = edgeNameOfEapIg(name);
    if (ours === undefined || !graph.has(ours)) return bad(`edge "${name}" is not in the graph of ${modelOf(graph)}`);
    const index = graph.index(ours);
    const score = isObject(entry) ? pythonNumber(entry.score) : undefined;
    if (score === undefined) return bad(`edge "${name}" has no number as \`score\``);
    scores[index] = score;
    inCircuit[index] = Number(flagOf((entry as Record<string, unknown>).in_graph, `edge "${name}"`, bad));
  }
  const known = new Set(eapIgNodes(graph));
  const nodes = Object.entries(json.nodes).map(([name, entry]) => {
    if (!known.has(name)) return bad(`node "${name}" is not in the graph of ${modelOf(graph)}`);
    return [name, nodeOf(entry, `node "${name}"`, bad)] as const;
  });
  return { name: null, graph, scores, inCircuit, eapIg: { cfg: json.cfg, nodes: new Map(nodes) } };
}

type Bad = (reason: string) => never;

function graphOfCfg(cfg: Record<string, unknown>, bad: Bad): Graph {
  const { n_layers: layers, n_heads: heads, parallel_attn_mlp: parallel } = cfg;
  for (const [key, value] of Object.entries({ n_layers: layers, n_heads: heads })) {
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      bad(`\`cfg.${key}\` should be a whole number of at least 1`);
  }
  if (typeof parallel !== "boolean") bad("`cfg.parallel_attn_mlp` should be true or false");
  const config = { layers: layers as number, heads: heads as number, parallel: parallel as boolean, attnOnly: false };
  try {
    return Graph.of(config);
  } catch (cause) {
    return bad(`\`cfg\`: ${(cause as Error).message}`);
  }
}

function requireSameModel(cfg: Record<string, unknown>, { config }: Graph, bad: Bad): void {
  const expected = { n_layers: config.layers, n_heads: config.heads, parallel_attn_mlp: config.parallel };
  for (const [key, value] of Object.entries(expected)) {
    if (cfg[key] !== value) bad(`it belongs to another model: \`cfg.${key}\` is ${cfg[key]}, the model's is ${value}`);
  }
}

function nodeOf(entry: unknown, what: string, bad: Bad): EapIgNode {
  if (typeof entry === "boolean") return { inGraph: entry };
  if (!isObject(entry)) return bad(`${what} should be an object with \`in_graph\``);
  const score = entry.score === undefined ? undefined : pythonNumber(entry.score);
  if (entry.score !== undefined && score === undefined) bad(`${what}: \`score\` is no number`);
  const neurons = listOf(entry.neurons, (value) => (typeof value === "boolean" ? value : undefined));
  const neuronScores = listOf(entry.neurons_scores, pythonNumber);
  if (neurons === null) bad(`${what}: \`neurons\` should be a list of true and false`);
  if (neuronScores === null) bad(`${what}: \`neurons_scores\` should be a list of numbers`);
  return {
    inGraph: flagOf(entry.in_graph, what, bad),
    ...(score !== undefined && { score }),
    ...(neurons && { neurons }),
    ...(neuronScores && { neuronScores }),
  };
}

function flagOf(value: unknown, what: string, bad: Bad): boolean {
  return typeof value === "boolean" ? value : bad(`${what}: \`in_graph\` should be true or false`);
}

/** The list read item by item; undefined if there is none, null if it is not such a list. */
function listOf<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | null | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return null;
  const items = value.map(read);
  return items.includes(undefined) ? null : (items as T[]);
}

const modelOf = ({ config }: Graph) => `${config.layers} blocks of ${config.heads} heads`;
