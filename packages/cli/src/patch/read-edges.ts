import { type Graph, type LatentIdentity, latentDifference, latentIdentity, PruneScores } from "@autocircuit/core";
import { type AskedEdges, circuitOfScores, requireNoChoice } from "../support/circuit-of-scores.ts";
import { type GraphKind, graphKind, graphKindIn } from "../support/graph-kind.ts";
import { latentsOfJson } from "../support/kept-latents.ts";
import { readJson } from "../support/read-json.ts";
import { UsageError } from "../support/usage-error.ts";

/** An edge as a file names it; without a position it stands for all of them. */
export interface NamedEdge {
  name: string;
  token: number | null;
}

/**
 * Reads a list of edges: names, `[name, position]` or `{ edge, token }`, mixed as one likes. A file with `circuit` or `edges` (as discover
 * writes, or a conformance case) may stand for its list, and saved scores for those of the `size` edges that count most.
 *
 * @throws UsageError naming the entry that is none of these, for scores without a size, and a size or rank where there is nothing to choose from
 */
export async function readEdges(path: string, asked: AskedEdges = {}): Promise<EdgesFile> {
  if (path.endsWith(".safetensors")) return edgesOfScores(path, asked);
  requireNoChoice(path, asked);
  const file = readJson(path);
  return {
    edges: edgesIn(file, path),
    ties: undefined,
    kind: graphKindIn(file, path),
    latents: latentsOfJson(file, path),
    seed: seedIn(file),
    requireLatents: (graph) => requireLatents(file, path, graph),
  };
}

async function edgesOfScores(path: string, { size, rank }: AskedEdges): Promise<EdgesFile> {
  if (size === undefined)
    throw new UsageError(`${path} holds scores of all edges: say with --size how many of them are meant.`);
  const scores = await PruneScores.load(path);
  const latents = latentIdentity(scores.graph);
  const { circuit, ties } = await circuitOfScores(scores, size, rank);
  return {
    edges: [...circuit].map(({ name, token }) => ({ name, token })),
    ties,
    kind: graphKind(scores.graph),
    latents,
    seed: scores.info.seed,
    requireLatents: (graph) => requireLatents({ latents }, path, graph),
  };
}

/** What a file says of edges. */
export interface EdgesFile {
  readonly edges: NamedEdge[];
  /** What to say where edges that tie made them more than were asked for. */
  readonly ties: string | undefined;
  /** The kind of graph that they are of; undefined where their names alone tell. */
  readonly kind: GraphKind | undefined;
  /** The latents that they are of, see `latentsOfJson`. */
  readonly latents: LatentIdentity | null | undefined;
  /** What chose the prompts that they were found with; undefined where it does not say. */
  readonly seed: number | undefined;
  /** @throws UsageError where the file's names of latents mean others than the graph's */
  readonly requireLatents: (graph: Graph) => void;
}

/**
 * That a file which says of which autoencoders its latents are (as discover and circuit files do) is of those that the model has.
 *
 * @throws UsageError where it is not
 */
export function requireLatents(file: unknown, path: string, model: Graph): void {
  const identity = latentsOfJson(file, path);
  if (identity === undefined) return;
  const other = latentDifference(identity, model);
  if (other) throw new UsageError(`${path}: ${other}.`);
}

/** The seed that `discover --json` writes. */
export function seedIn(file: unknown): number | undefined {
  const { options } = (file ?? {}) as { options?: { seed?: unknown } | null };
  return typeof options?.seed === "number" ? options.seed : undefined;
}

/** {@link readEdges} of a file that was read already. */
export function edgesIn(file: unknown, path: string): NamedEdge[] {
  const list = Array.isArray(file) ? file : listIn(file);
  if (isOverSpans(file, list))
    throw new UsageError(
      `${path} is a circuit over spans, as discover --spans writes it: it has an edge in some spans only, and its edges inside heads have ` +
        "no place in a graph without spans. The tests and whatever else runs a circuit are of circuits without spans: find one without --spans.",
    );
  if (!list)
    throw new UsageError(
      `${path} is no list of edges. Write ["A0.3->A1.2.Q", ...], [["A0.3->A1.2.Q", 4], ...] or [{"edge": ..., "token": ...}].`,
    );
  return list.map((entry: unknown, i) => {
    const edge = readEdge(entry);
    if (edge) return edge;
    throw new UsageError(
      `${path}, entry ${i}: ${JSON.stringify(entry)} is no edge. Write a name, [name, position] or {"edge": name, "token": position}.`,
    );
  });
}

function listIn(file: unknown): unknown[] | undefined {
  const { circuit, edges } = (file ?? {}) as { circuit?: unknown; edges?: unknown };
  return [circuit, edges].find((list): list is unknown[] => Array.isArray(list));
}

/** Whether edges are those of single spans: without these they would stand for all positions, which is another circuit. */
function isOverSpans(file: unknown, list: readonly unknown[] = []): boolean {
  const { spans, crossing } = (file ?? {}) as { spans?: unknown; crossing?: unknown };
  if (Array.isArray(spans) || Array.isArray(crossing)) return true;
  return list.some((entry) => typeof entry === "object" && entry !== null && "span" in entry);
}

function readEdge(entry: unknown): NamedEdge | undefined {
  if (typeof entry === "string") return { name: entry, token: null };
  const isPair = Array.isArray(entry) && entry.length <= 2;
  const { edge, token = null } = isPair
    ? { edge: entry[0], token: entry[1] }
    : ((entry ?? {}) as { edge?: unknown; token?: unknown });
  const position = token === null || (Number.isInteger(token) && Number(token) >= 0);
  return typeof edge === "string" && position ? { name: edge, token: token as number | null } : undefined;
}
