import { join } from "node:path";
import { counted, formatBytes } from "@autocircuit/base";
import { Graph } from "@autocircuit/core";
import {
  describeModel,
  estimateMemory,
  ggufSummary,
  isGguf,
  parameterCount,
  readConfig,
  resolveModelFolder,
  sharesEmbedding,
} from "@autocircuit/models";
import type { Context } from "../context.ts";
import { synchronously } from "../support/interrupt.ts";
import { readJson } from "../support/read-json.ts";
import { table } from "../support/table.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { architectureName } from "./architecture-name.ts";
import { graphCounts } from "./graph-counts.ts";
import { graphLayers, shortList } from "./graph-layers.ts";

/** Options of `autocircuit model`, as commander gives them. */
export interface ModelCommandOptions {
  batchSize: number;
  seqLen: number;
  graph?: boolean;
  json?: string;
}

/** Says what a model is. Reads the configuration only, never the weights. */
export async function describe(
  idOrFolder: string,
  options: ModelCommandOptions,
  { print, signal }: Context,
): Promise<void> {
  const { batchSize, seqLen, json } = options;
  requireWritable(json);
  const folder = await resolveModelFolder(idOrFolder, { files: "config", signal });
  const config = await readConfig(folder);
  const architecture = isGguf(folder)
    ? await ggufSummary(folder)
    : architectureName(readJson(join(folder, "config.json")));
  const graphs = await synchronously(() => graphCounts(config, seqLen));
  const layers = options.graph ? await synchronously(() => graphLayers(Graph.of(config))) : undefined;
  const memory = estimateMemory(config, batchSize, seqLen);
  print(architecture);
  print(describeModel(config));
  const parameters = parameterCount(config);
  const twice = (await sharesEmbedding(folder)) ? config.dVocabOut * config.dModel : 0;
  if (twice > 0) print(sharedText(parameters, twice));
  print(
    table(
      ["graph", "sources", "destinations", "edges"],
      graphs.map((graph) => Object.values(graph)),
    ),
  );
  if (layers) {
    print(
      "edges, separate Q, K, V, in the order of a forward pass. What reads takes the residual stream, the sum of all that was written before: an edge from each.",
    );
    print(
      table(
        ["part", "reads (destinations)", "edges that end there", "writes (sources)"],
        layers.map((row) => [row.part, shortList(row.destinations), row.edgeCount, shortList(row.sources)]),
      ),
    );
  }
  print(
    `memory of a patched run of ${counted(batchSize, "prompt")} of ${counted(seqLen, "token")}, float32 (estimate):`,
  );
  print(
    table(
      ["part", "size"],
      Object.entries(memory).map(([part, bytes]) => [part, formatBytes(bytes)]),
    ),
  );
  if (!json) return;
  await writeJson(json, {
    model: idOrFolder,
    folder,
    architecture,
    config,
    parameters,
    storedParameters: parameters - twice,
    graphs,
    ...(layers && { layers }),
    batchSize,
    seqLen,
    memory,
  });
  print(`wrote ${json}`);
}

/** Why a model whose embedding is its unembedding too has more parameters here than people say. */
function sharedText(parameters: number, twice: number): string {
  const short = (count: number) =>
    count.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 3 }).replace("K", "k");
  return (
    `the checkpoint has ${short(parameters - twice)}: one matrix is its embedding and its unembedding. Here each has its own, so that these ` +
    `${short(twice)} count twice.`
  );
}
