import type { Command } from "commander";
import type { Context } from "../context.ts";
import { wholeNumber } from "../support/parse-options.ts";
import { formatBytes, table } from "../support/table.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";

interface ModelOptions {
  batch: number;
  length: number;
  json?: string;
}

/** `autocircuit model FOLDER`. Reads the configuration only, never the weights. */
export function addModel(program: Command, { print }: Context): void {
  program
    .command("model")
    .description(
      "say what a model folder holds: architecture, parameters, nodes and edges of its graphs, memory of a patched run",
    )
    .argument("<folder>", "folder with config.json, of transformers or of TransformerLens")
    .option("--batch <n>", "prompts at once, for the memory estimate", wholeNumber(1), 16)
    .option("--length <n>", "tokens in a prompt, for the memory estimate and the graph by token", wholeNumber(1), 16)
    .option("--json <file>", "also write it as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  autocircuit model models/gpt2\n  autocircuit model models/gpt2 --batch 32 --length 64 --json gpt2.json",
    )
    .action(async (folder: string, { batch, length, json }: ModelOptions) => {
      requireWritable(json);
      const { describeModel, estimateMemory, parameterCount, readConfig } = await import("@autocircuit/models");
      const { Graph } = await import("@autocircuit/core");
      const config = await readConfig(folder);
      const kinds = {
        "edges, separate Q, K, V": {},
        "edges, shared Q, K, V": { separateQkv: false },
        [`edges by token, ${length} tokens`]: { tokens: length },
        "nodes along the residual stream": { factorized: false },
      };
      const graphs = Object.entries(kinds)
        .filter(([, options]) => !(config.parallel && "factorized" in options))
        .map(([kind, options]) => ({ kind, graph: Graph.of(config, options) }))
        .map(({ kind, graph }) => ({
          kind,
          sources: graph.srcs.length,
          destinations: graph.dests.length,
          edges: graph.edgeCount,
        }));
      const memory = estimateMemory(config, batch, length);
      print(describeModel(config));
      print(
        table(
          ["graph", "sources", "destinations", "edges"],
          graphs.map((graph) => Object.values(graph)),
        ),
      );
      print(`memory of a patched run of ${batch} prompts of ${length} tokens, float32 (estimate):`);
      print(
        table(
          ["part", "size"],
          Object.entries(memory).map(([part, bytes]) => [part, formatBytes(bytes)]),
        ),
      );
      if (json) writeJson(json, { folder, config, parameters: parameterCount(config), graphs, batch, length, memory });
    });
}
