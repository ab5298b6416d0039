import { basename } from "node:path";
import { pruneScoresOf, readCircuit } from "@autocircuit/circuits";
import { type Graph, graphDifference, PruneScores } from "@autocircuit/core";
import type { GivenSet } from "@autocircuit/studio";
import { inFlagNames } from "../support/in-flags.ts";
import { type FoundWith, latentsOf } from "../support/kept-latents.ts";
import { UsageError } from "../support/usage-error.ts";
import type { StudioCommandOptions } from "./studio-options.ts";

/**
 * The score sets and circuits in files.
 *
 * @throws UsageError or AutocircuitError naming the file, for what cannot be read or is of another graph
 */
export async function readSets(
  { scores = [], circuit = [] }: { scores?: readonly string[]; circuit?: readonly string[] },
  graph: Graph,
): Promise<GivenSet[]> {
  const sets: GivenSet[] = [];
  for (const path of scores) sets.push(await scoresIn(path, graph));
  for (const path of circuit) sets.push(await circuitIn(path, graph));
  return sets;
}

/** What the files of scores and circuits say of latents; nothing is read for a model without. */
export async function latentsOfSets({
  autoencoders,
  scores = [],
  circuit = [],
}: Pick<StudioCommandOptions, "autoencoders" | "scores" | "circuit">): Promise<FoundWith[]> {
  if (autoencoders === undefined) return [];
  return Promise.all([...scores, ...circuit].map(async (file) => ({ file, latents: await latentsOf(file) })));
}

async function scoresIn(path: string, graph: Graph): Promise<GivenSet> {
  const of = path.endsWith(".safetensors") ? await PruneScores.load(path) : await scoresOfCircuit(path, graph);
  if (!of.graph.equals(graph))
    throw new UsageError(
      `${path} holds scores of another graph (${of.graph.edgeCount} edges) than this model's (${graph.edgeCount} edges): ` +
        `${inFlagNames(graphDifference(of.graph.config, graph.config))}. By token they need --by-token.`,
    );
  const { algorithm, options } = of.info;
  const origin = algorithm === undefined ? path : `${algorithm} ${JSON.stringify(options ?? {})}; ${path}`;
  return { name: basename(path), origin, of };
}

async function scoresOfCircuit(path: string, graph: Graph): Promise<PruneScores> {
  const saved = await readCircuit(path);
  if (saved.format === "edges" || saved.format === "discovery")
    throw new UsageError(`${path} holds a circuit, and no scores of other edges: give it as --circuit.`);
  return pruneScoresOf(saved.scoredIn(graph));
}

async function circuitIn(path: string, graph: Graph): Promise<GivenSet> {
  return { name: basename(path), origin: path, of: (await readCircuit(path)).circuitIn(graph) };
}
