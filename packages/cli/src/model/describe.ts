import { join } from "node:path";
import { Graph } from "@autocircuit/core";
import { describeModel, estimateMemory, parameterCount, readConfig, resolveModelFolder } from "@autocircuit/models";
import type { Context } from "../context.ts";
import { synchronously } from "../support/interrupt.ts";
import { readJson } from "../support/read-json.ts";
import { formatBytes, table } from "../support/table.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { architectureName } from "./architecture-name.ts";
import { graphKinds } from "./graph-kinds.ts";
import { graphLayers, shortList } from "./graph-layers.ts";

/** Options of `autocircuit model`, as commander gives them. */
export interface ModelCommandOptions {
  batch: number;
  length: number;
  graph?: boolean;
  json?: string;
}

/** Says what a model is. Reads the configuration only, never the weights. */
export async function describe(
  idOrFolder: string,
  options: ModelCommandOptions,
  { print, signal }: Context,
): Promise<void> {
  const { batch, length, json } = options;
  requireWritable(json);
  const folder = await resolveModelFolder(idOrFolder, { files: "config", signal });
  const config = await readConfig(folder);
  const architecture = architectureName(readJson(join(folder, "config.json")));
  const graphs = await synchronously(() => graphKinds(config, length));
  const layers = options.graph ? await synchronously(() => graphLayers(Graph.of(config))) : undefined;
  const memory = estimateMemory(config, batch, length);
  print(architecture);
  print(describeModel(config));
  print(
    table(
      ["graph", "sources", "destinations", "edges"],
      graphs.map((graph) => Object.values(graph)),
    ),
  );
  if (layers) {
    print("edges, separate Q, K, V, layer by layer; a destination reads from every source of the layers before:");
    print(
      table(
        ["layer", "destinations", "edges to them", "sources"],
        layers.map((row) => [row.layer, shortList(row.destinations), row.edges, shortList(row.sources)]),
      ),
    );
  }
  print(`memory of a patched run of ${batch} prompts of ${length} tokens, float32 (estimate):`);
  print(
    table(
      ["part", "size"],
      Object.entries(memory).map(([part, bytes]) => [part, formatBytes(bytes)]),
    ),
  );
  if (!json) return;
  const parameters = parameterCount(config);
  writeJson(json, {
    model: idOrFolder,
    folder,
    architecture,
    config,
    parameters,
    graphs,
    ...(layers && { layers }),
    batch,
    length,
    memory,
  });
  print(`wrote ${json}`);
}
