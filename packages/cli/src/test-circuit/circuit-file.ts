import { AutocircuitError } from "@autocircuit/base";
import {
  type AblationType,
  Circuit,
  type Graph,
  graphDifference,
  type LatentIdentity,
  latentIdentity,
  PruneScores,
} from "@autocircuit/core";
import { ablationTypes } from "@autocircuit/core/ablations";
import { edgesIn, type NamedEdge, requireLatents, seedIn } from "../patch/read-edges.ts";
import { type AskedEdges, circuitOfScores, requireNoChoice } from "../support/circuit-of-scores.ts";
import { type GraphKind, graphKind, graphKindIn, requireClearGroups, requireGraphKind } from "../support/graph-kind.ts";
import { latentsOfJson } from "../support/kept-latents.ts";
import { readJson } from "../support/read-json.ts";
import { UsageError } from "../support/usage-error.ts";

/** A circuit as a file gives it, before there is a graph. */
export interface CircuitFile {
  readonly byToken: boolean;
  /** The task, ablation and seed it was found with, where the file says so. */
  readonly task: string | undefined;
  readonly ablation: AblationType | undefined;
  readonly seed: number | undefined;
  /** The kind of graph that it is of, where the file says so. */
  readonly kind: GraphKind | undefined;
  /** The latents that it is of, see `latentsOfJson`. */
  readonly latents: LatentIdentity | null | undefined;
  /** The circuit in the graph of the model that was loaded. @throws UsageError or AutocircuitError where it is of another */
  readonly circuitOf: (graph: Graph) => Circuit;
  /** What to say where edges that tie made it larger than was asked for. */
  readonly ties: string | undefined;
}

/**
 * Reads a circuit: a list of edges, what `discover --json` wrote, or saved scores, of which `size` edges are taken.
 *
 * @throws UsageError for a file that is none of these, a size or rank where there is nothing to choose from, or none where there is
 */
export async function readCircuit(path: string, asked: AskedEdges = {}): Promise<CircuitFile> {
  if (path.endsWith(".safetensors")) {
    const { size, rank } = asked;
    if (size === undefined)
      throw new UsageError(`${path} holds scores of all edges: say with --size how many of them are the circuit.`);
    const scores = await PruneScores.load(path);
    const { task, options, seed } = scores.info;
    const { circuit, ties } = await circuitOfScores(scores, size, rank);
    return {
      ties,
      byToken: scores.graph.tokens !== null,
      ...{ task, ablation: ablationIn(options), seed },
      kind: graphKind(scores.graph),
      latents: latentIdentity(scores.graph),
      circuitOf: (graph) => {
        if (scores.graph.equals(graph)) return circuit;
        const counts = `${scores.graph.edgeCount} edges) than this model's (${graph.edgeCount} edges`;
        throw new UsageError(
          `${path} holds scores of another graph (${counts}): ${graphDifference(scores.graph.config, graph.config)}. The options of its discovery say which.`,
        );
      },
    };
  }
  requireNoChoice(path, asked);
  const json = readJson(path);
  const edges = edgesIn(json, path);
  const { task, options } = (json ?? {}) as { task?: unknown; options?: Record<string, unknown> };
  const kind = graphKindIn(json, path);
  const byToken = edges.some(({ token }) => token !== null);
  return {
    byToken,
    ties: undefined,
    task: typeof task === "string" ? task : undefined,
    ablation: ablationIn(options),
    seed: seedIn(json),
    kind,
    latents: latentsOfJson(json, path),
    circuitOf: (graph) => {
      requireLatents(json, path, graph);
      requireGraphKind(kind, path, graph);
      const inGraph = () =>
        Circuit.of(
          graph,
          edges.flatMap((edge) => placesOf(edge, graph)),
        );
      if (kind !== undefined) return inGraph();
      // Who asks for --ungrouped has said what is meant.
      if (!graph.config.ungrouped)
        requireClearGroups(
          path,
          edges.map(({ name }) => name),
          graph.config,
        );
      return ofUnknownKind(path, inGraph);
    },
  };
}

/** @throws UsageError for an edge that the graph lacks, with the options by which it may have it */
function ofUnknownKind(path: string, circuit: () => Circuit): Circuit {
  try {
    return circuit();
  } catch (cause) {
    if (!(cause instanceof AutocircuitError) || cause.code !== "unknown-name") throw cause;
    throw new UsageError(
      `${path}: ${cause.message} It does not say in which kind of graph its edges are: with your own --model and --prompts, --shared-qkv, --node-edges and --ungrouped do.`,
      { cause },
    );
  }
}

/** An edge without a position stands for all of them. */
function placesOf({ name, token }: NamedEdge, { tokens }: Graph): [string, number | null][] {
  if (tokens === null || token !== null) return [[name, token]];
  return Array.from({ length: tokens }, (_, position) => [name, position]);
}

function ablationIn(options: Readonly<Record<string, unknown>> | undefined): AblationType | undefined {
  return ablationTypes.find((name) => name === options?.ablation);
}
