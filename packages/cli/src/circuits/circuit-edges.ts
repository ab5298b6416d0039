import { suggest } from "@autocircuit/base";
import { formatCircuitFile, type PublishedCircuit, publishedCircuits, scoredCircuit } from "@autocircuit/circuits";
import { Circuit, Graph, PruneScores } from "@autocircuit/core";
import type { Context } from "../context.ts";
import { synchronously } from "../support/interrupt.ts";
import { UsageError } from "../support/usage-error.ts";
import { requireWritable, writeWhole } from "../support/write-file.ts";
import type { CircuitsCommandOptions } from "./circuits-options.ts";
import { parseWordPositions } from "./parse-word-positions.ts";
import { readModelConfig } from "./read-model-config.ts";

/** Most edges printed; the file has them all. */
const PRINTED = 20;

/** Prints the edges of a published circuit in a model's graph and writes them as `formatCircuitFile` does. */
export async function circuitEdges(name: string, options: CircuitsCommandOptions, { print }: Context): Promise<void> {
  requireWritable(options.json);
  const circuit = publishedCircuit(name);
  const graph = await graphFor(options);
  const { seqStart, corrected = false } = options;
  const wordPositions = options.wordPositions === undefined ? {} : parseWordPositions(options.wordPositions);
  const found = await synchronously(() => circuit.edges(graph, { wordPositions, seqStart, corrected }));
  print(`${name}: ${found.length} of ${graph.edgeCount} edges (${circuit.paper})`);
  for (const edge of found.slice(0, PRINTED)) print(`  ${edge}`);
  if (found.length > PRINTED)
    print(`  and ${found.length - PRINTED} more${options.json ? "" : "; --json FILE writes all"}`);
  if (!options.json) return;
  await writeWhole(options.json, formatted(name, Circuit.of(graph, found)));
  print(`wrote ${options.json}`);
}

function publishedCircuit(name: string): PublishedCircuit {
  if (Object.hasOwn(publishedCircuits, name)) return publishedCircuits[name]!;
  throw new UsageError(`There is no circuit "${name}". ${suggest(name, Object.keys(publishedCircuits))}`);
}

async function graphFor({ byToken, seqLen, separateQkv, ...where }: CircuitsCommandOptions): Promise<Graph> {
  if (byToken && seqLen === undefined)
    throw new UsageError("--by-token needs the number of positions. Add --seq-len N (BOS counted).");
  if (!byToken && seqLen !== undefined)
    throw new UsageError("--seq-len is for a graph by token. Add --by-token, or leave --seq-len out.");
  return Graph.of(await readModelConfig(where), { separateQkv, seqLen: byToken ? seqLen! : null });
}

/** What is published has no scores: its edges have 1, all others 0. */
function formatted(name: string, circuit: Circuit): string {
  return formatCircuitFile(scoredCircuit(new PruneScores(circuit.graph, circuit.mask()), circuit, name));
}
