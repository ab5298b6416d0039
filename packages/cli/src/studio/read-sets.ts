import { basename } from "node:path";
import { circuitOf, isCircuitFile, isEapIgCircuit, pruneScoresOf, requireClearScores } from "@autocircuit/circuits";
import { type Graph, graphDifference, PruneScores } from "@autocircuit/core";
import type { GivenSet } from "@autocircuit/studio";
import { readInput } from "../convert/read-input.ts";
import { type FoundWith, latentsIn } from "../support/kept-latents.ts";
import { readJson } from "../support/read-json.ts";
import { UsageError } from "../support/usage-error.ts";
import { readCircuit } from "../test-circuit/circuit-file.ts";
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
  return Promise.all([...scores, ...circuit].map(async (file) => ({ file, latents: await latentsIn(file) })));
}

async function scoresIn(path: string, graph: Graph): Promise<GivenSet> {
  const of = path.endsWith(".safetensors") ? await PruneScores.load(path) : pruneScoresOf(await scored(path, graph));
  if (!of.graph.equals(graph))
    throw new UsageError(
      `${path} holds scores of another graph (${of.graph.edgeCount} edges) than this model's (${graph.edgeCount} edges): ` +
        `${graphDifference(of.graph.config, graph.config)}. By token they need --by-token.`,
    );
  const { algorithm, options } = of.info;
  const origin = algorithm === undefined ? path : `${algorithm} ${JSON.stringify(options ?? {})}; ${path}`;
  return { name: basename(path), origin, of };
}

async function circuitIn(path: string, graph: Graph): Promise<GivenSet> {
  const named = { name: basename(path), origin: path };
  const json = path.endsWith(".json") ? readJson(path) : undefined;
  if (isEapIgCircuit(json) || isCircuitFile(json)) return { ...named, of: circuitOf(await scored(path, graph)) };
  return { ...named, of: (await readCircuit(path)).circuitOf(graph) };
}

async function scored(path: string, graph: Graph) {
  const input = await readInput(path, graph);
  if (input.kind !== "circuit") throw new UsageError(`${path} holds prompts, no circuit. Give it as --prompts.`);
  requireClearScores(input.circuit, path);
  return input.circuit;
}
