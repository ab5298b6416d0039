import { AutocircuitError, badFile } from "@autocircuit/base";
import { Circuit, type Graph } from "@autocircuit/core";
import { circuitFileOf, isCircuitFile, requireModel } from "../interchange/circuit-file.ts";
import { isObject } from "../interchange/python-json.ts";
import { requireClearScore, type ScoredCircuit } from "../interchange/scored-circuit.ts";
import { foundWith } from "./found-with.ts";
import { graphKindIn, requireClearGroups, requireGraphKind } from "./graph-kind.ts";
import { latentsIn, requireLatents } from "./latents-in.ts";
import { type NamedEdge, namedEdges } from "./named-edges.ts";
import { type SavedCircuit, savedCircuit } from "./saved-circuit.ts";

/** A circuit whose file has its edges by name: what `discover --json` wrote, a circuit file, a list. @throws AutocircuitError `bad-file` */
export function circuitByNames(json: unknown, where: string): SavedCircuit {
  const named = namedEdges(json, where);
  const { graph, task, model, fingerprint, options, circuit, edgeCount } = isObject(json) ? json : {};
  const config = isObject(graph) ? graph : {};
  const edges = named.map(({ name, token }) => [name, token] as const);
  const said: Said = {
    ...{ where, named, config, edges, edgeCount },
    byToken: typeof (config.seqLen ?? config.tokens) === "number" || edges.some(([, token]) => token !== null),
    graphKind: graphKindIn(json, where),
    latents: latentsIn(json, where),
    ...foundWith({ task, model, fingerprint, options }),
  };
  const placed = (graph: Graph) => placedIn(graph, said);
  const rest = { ...said, notes: [], placed };
  if (isCircuitFile(json)) {
    const scored = (graph?: Graph) => circuitFileOf(json, where, graph ? { graph } : {});
    return savedCircuit({ ...rest, format: "circuit", scored });
  }
  const scored = (model?: Graph) => scoredOf(named, placed(graphFor(model, said)), said.task ?? null);
  return savedCircuit({ ...rest, format: Array.isArray(circuit) ? "discovery" : "edges", scored });
}

/** What the file says. */
interface Said extends Omit<SavedCircuit, "format" | "notes" | "circuitIn" | "modelFor" | "scoredIn" | "requireClear"> {
  readonly where: string;
  readonly named: readonly NamedEdge[];
  /** As much of its graph's configuration as there is. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Edges of its graph. */
  readonly edgeCount: unknown;
}

function placedIn(graph: Graph, { where, config, named, edges, graphKind, latents }: Said): Circuit {
  requireModel(config, where, graph);
  requireLatents(latents, where, graph);
  for (const { name, score } of named) if (score !== undefined) requireClearScore(score, name, where);
  if (graphKind) {
    requireGraphKind(graphKind, where, graph);
    return Circuit.of(graph, edges);
  }
  // Who has asked for a graph of single heads has said what is meant.
  if (!graph.config.ungrouped) requireClearGroups(edges, where, graph.config);
  try {
    return Circuit.of(graph, edges);
  } catch (cause) {
    if (!(cause instanceof AutocircuitError) || cause.code !== "unknown-name") throw cause;
    throw new AutocircuitError(
      "unknown-name",
      `${where}: ${cause.message} It does not say in which kind of graph its edges are: with your own \`model\` and \`prompts\`, ` +
        "`separateQkv: false`, `factorized: false` and `ungrouped: true` do.",
      { cause },
    );
  }
}

/** The graph of a circuit whose file says no more of it than its kind. */
function graphFor(model: Graph | undefined, { where, edges, edgeCount, byToken, graphKind }: Said): Graph {
  if (model === undefined) throw badFile(where, "it does not say which graph it is of; give that of its `model`.");
  // That this one has keys and values of single heads need not be what anybody asked for.
  if (graphKind === undefined) requireClearGroups(edges, where, model.config);
  const graph = graphKind ? model.with(graphKind) : model;
  if (!byToken || graph.seqLen !== null) return graph;
  const tokens = Number(edgeCount) / graph.edgeCount;
  if (Number.isSafeInteger(tokens) && tokens > 0) return graph.byToken(tokens);
  throw badFile(where, "its edges are at positions, and it does not say how many there are: give a graph by token.");
}

/** Each edge's score in a graph; one without a position has it at each. */
function scoredOf(named: readonly NamedEdge[], circuit: Circuit, name: string | null): ScoredCircuit {
  const { graph } = circuit;
  const scores = new Float64Array(graph.edgeCount);
  for (const { name, token, score = 1 } of named)
    for (const index of graph.indices([[name, token]])) scores[index] = score;
  return { name, graph, scores, inCircuit: Uint8Array.from(circuit.mask()) };
}
