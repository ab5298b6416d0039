import { AutocircuitError, badFile, kind, signature } from "@autocircuit/base";
import {
  Graph,
  latentDifference,
  latentIdentity,
  type ResolvedGraphConfig,
  storedGraph,
  unclearGroups,
} from "@autocircuit/core";
import { formatPythonNumber, isObject, parsePythonJson, pythonNumber } from "./python-json.ts";
import { type ReadCircuitOptions, readCircuitOptions } from "./read-eap-ig.ts";
import { type EapIgNode, type ScoredCircuit, scoredCircuitKind } from "./scored-circuit.ts";

const checkFormat = signature("formatCircuitFile", { circuit: scoredCircuitKind });
const check = signature("readCircuitFile", { text: kind.text, where: kind.text }, readCircuitOptions);

/**
 * A circuit as JSON in AutoCircuit's names, by token too: `circuit`, `graph` (its configuration), `edgeCount`, `edges` of the circuit as
 * `{ edge, token, score }`, and `others` with the edges outside it whose score is not 0. `autocircuit patch` takes it as a list of edges.
 */
export function formatCircuitFile(circuit: ScoredCircuit): string {
  checkFormat({ circuit });
  const { name, graph, scores, inCircuit, eapIg } = circuit;
  const line = (index: number) => {
    const { name: edge, token } = graph.edge(index);
    const score = scores[index]!;
    const written = Number.isFinite(score) ? formatPythonNumber(score) : `"${score}"`;
    return `    {"edge": ${JSON.stringify(edge)}, "token": ${token}, "score": ${written}}`;
  };
  const all = Array.from(scores.keys());
  const lists = {
    edges: all.filter((index) => inCircuit[index] === 1),
    others: all.filter((index) => inCircuit[index] !== 1 && !Object.is(scores[index], 0)),
  };
  const head = {
    circuit: name,
    graph: graph.config,
    edgeCount: graph.edgeCount,
    ...(eapIg && { eapIg: plain(eapIg) }),
  };
  const entries = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  for (const [key, indices] of Object.entries(lists)) {
    entries.push(`  "${key}": ${indices.length === 0 ? "[]" : `[\n${indices.map(line).join(",\n")}\n  ]`}`);
  }
  return `{\n${entries.join(",\n")}\n}\n`;
}

/** Whether parsed JSON looks like a file of {@link formatCircuitFile}. */
export function isCircuitFile(json: unknown): json is Record<string, unknown> & { edges: unknown[] } {
  return isObject(json) && "circuit" in json && Array.isArray(json.edges);
}

/**
 * Reads what {@link formatCircuitFile} writes, and so `autocircuit circuits NAME --json`. An edge of the circuit without a score, as in files of
 * earlier versions, has 1; where such a file has no `graph` one must be given.
 *
 * @throws AutocircuitError `bad-file` naming the entry: not JSON, an unknown edge, another model's circuit
 */
export function readCircuitFile(text: string, where = "circuit", options: ReadCircuitOptions = {}): ScoredCircuit {
  check({ text, where }, options);
  return circuitFileOf(parsePythonJson(text, where), where, options);
}

/** {@link readCircuitFile} for JSON that was parsed already. */
export function circuitFileOf(json: unknown, where: string, options: ReadCircuitOptions = {}): ScoredCircuit {
  const bad: Bad = (reason, cause) => {
    throw new AutocircuitError("bad-file", `${where}: ${reason}`, { cause });
  };
  if (!isCircuitFile(json)) return bad("not a circuit: it should have `circuit` and a list of `edges`.");
  const graph = graphIn(json, options, where, bad);
  const scores = new Float64Array(graph.edgeCount);
  const inCircuit = new Uint8Array(graph.edgeCount);
  json.edges.forEach((entry, i) => {
    const { indices, score = 1 } = edgeOf(entry, graph, (reason, cause) => bad(`edges[${i}]: ${reason}`, cause));
    for (const index of indices) {
      inCircuit[index] = 1;
      scores[index] = score;
    }
  });
  if (json.others !== undefined && !Array.isArray(json.others)) bad("`others` should be a list.");
  ((json.others ?? []) as unknown[]).forEach((entry, i) => {
    const { indices, score } = edgeOf(entry, graph, (reason, cause) => bad(`others[${i}]: ${reason}`, cause));
    for (const index of indices) {
      if (inCircuit[index] === 1) bad(`others[${i}]: this edge is in the circuit already.`);
      scores[index] = score ?? 0;
    }
  });
  const name = typeof json.circuit === "string" ? json.circuit : null;
  const { eapIg } = json;
  if (eapIg === undefined) return { name, graph, scores, inCircuit };
  if (!isObject(eapIg) || !isObject(eapIg.cfg) || !isObject(eapIg.nodes))
    return bad("`eapIg` should have `cfg` and `nodes`.");
  const nodes = Object.entries(eapIg.nodes).map(([node, entry]) => [node, revived(entry)] as const);
  return { name, graph, scores, inCircuit, eapIg: { cfg: eapIg.cfg, nodes: new Map(nodes) } };
}

type Bad = (reason: string, cause?: unknown) => never;

/** What tells the graphs of two models apart. */
const MODEL_KEYS = ["layers", "heads", "kvHeads", "attnOnly", "parallel"] as const;

/**
 * That a circuit of one model is one of another's, as far as it is known of which it is.
 *
 * @throws AutocircuitError `bad-file` naming what differs
 */
export function requireModel(
  found: { readonly [key in (typeof MODEL_KEYS)[number]]?: unknown },
  where: string,
  { config }: Graph,
): void {
  const differs = MODEL_KEYS.find((key) => found[key] !== undefined && found[key] !== config[key]);
  if (differs)
    throw badFile(
      where,
      `it belongs to another model: \`${differs}\` is ${found[differs]}, the model's is ${config[differs]}.`,
    );
}

function graphIn(json: Record<string, unknown>, { graph: wanted }: ReadCircuitOptions, where: string, bad: Bad): Graph {
  if (json.graph === undefined) {
    if (wanted === undefined) return bad("it does not say which graph it is of; give that of its `model`.");
    const names = [json.edges, json.others ?? []]
      .flat()
      .flatMap((entry) => (isObject(entry) ? [String(entry.edge)] : []));
    const unclear = unclearGroups(wanted.config, names);
    if (unclear)
      bad(
        `it does not say which graph it is of, and this model has keys and values of groups of heads: ${unclear} is another input in a graph of groups than ` +
          "in an ungrouped one. Give `graph`, the configuration of one of them: what `formatCircuitFile` makes has it.",
      );
    return wanted;
  }
  let stored: Graph;
  try {
    stored = storedGraph(json.graph as ResolvedGraphConfig);
  } catch (cause) {
    return bad(`\`graph\` is malformed: ${(cause as Error).message}`, cause);
  }
  if (wanted) requireModel(stored.config, where, wanted);
  const other = wanted?.config.latents && latentDifference(latentIdentity(stored), wanted);
  if (other) bad(`${other}.`);
  if (wanted?.config.keptLatents === undefined) return stored;
  // The same latents, which the model may have in another order.
  const inItsOrder = { ...stored.config, keptLatents: wanted.config.keptLatents };
  return Graph.of(inItsOrder, inItsOrder);
}

function edgeOf(entry: unknown, graph: Graph, bad: Bad): { indices: number[]; score?: number } {
  const { edge, token = null, score } = isObject(entry) ? entry : {};
  if (typeof edge !== "string" || (token !== null && typeof token !== "number")) {
    return bad(`${JSON.stringify(entry)} is no edge; write {"edge": name, "token": position or null}.`);
  }
  const value = score === undefined ? undefined : pythonNumber(score);
  if (score !== undefined && value === undefined) bad("`score` is no number.");
  try {
    return { indices: graph.indices([[edge, token]]), ...(value !== undefined && { score: value }) };
  } catch (cause) {
    return bad((cause as Error).message, cause);
  }
}

/** Plain JSON of what EAP-IG adds; numbers that `JSON.stringify` would change become strings. */
function plain({ cfg, nodes }: NonNullable<ScoredCircuit["eapIg"]>) {
  const number = (value: number) =>
    Object.is(value, -0) ? formatPythonNumber(value) : Number.isFinite(value) ? value : String(value);
  const written = Array.from(nodes, ([name, { score, neuronScores, ...rest }]) => [
    name,
    {
      ...rest,
      ...(score !== undefined && { score: number(score) }),
      ...(neuronScores && { neuronScores: neuronScores.map(number) }),
    },
  ]);
  return { cfg, nodes: Object.fromEntries(written) };
}

function revived(entry: unknown): EapIgNode {
  const { score, neuronScores, ...rest } = entry as Record<string, unknown>;
  return {
    ...(rest as unknown as EapIgNode),
    ...(score !== undefined && { score: pythonNumber(score)! }),
    ...(neuronScores !== undefined && {
      neuronScores: (neuronScores as unknown[]).map((value) => pythonNumber(value)!),
    }),
  };
}
