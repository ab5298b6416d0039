import { AutocircuitError, readSafetensors, safetensorsFile, version } from "@autocircuit/base";
import type { Graph } from "../graph/graph.ts";
import type { ResolvedGraphConfig } from "../graph/graph-config.ts";
import { graphDifference } from "../graph/same-graph.ts";
import { storedGraph } from "../graph/stored-graph.ts";
import type { ScoresInfo } from "./scores-info.ts";

/** Under which key of the metadata the JSON lies. */
const metadataKey = "autocircuit";

interface Header extends ScoresInfo {
  readonly graph: ResolvedGraphConfig;
}

/**
 * The file of the scores of a graph; see `PruneScores.save`.
 *
 * @throws AutocircuitError `bad-input` for a score that is NaN
 */
export function scoresFile(graph: Graph, values: Float32Array, info: ScoresInfo): Uint8Array[] {
  const broken = values.findIndex(Number.isNaN);
  if (broken >= 0)
    throw new AutocircuitError("bad-input", `Prune scores: not written, the score of ${graph.edge(broken)} is NaN.`);
  const header: Header = { graph: graph.config, ...info, versions: { "@autocircuit/core": version, ...info.versions } };
  return safetensorsFile({
    tensors: new Map(
      graph.groups.map(({ module, shape, offset, size }) => [
        module,
        { shape, values: values.subarray(offset, offset + size) },
      ]),
    ),
    metadata: { [metadataKey]: JSON.stringify(header) },
  });
}

/** Reads the scores of a graph; see `PruneScores.load`. */
export async function loadScores(
  path: string,
  wanted: Graph | undefined,
): Promise<{ graph: Graph; values: Float32Array; info: ScoresInfo }> {
  const bad = (reason: string, cause?: unknown): never => {
    throw new AutocircuitError(
      "bad-file",
      `${path} is not a usable scores file: ${reason}${reason.endsWith(".") ? "" : "."}`,
      { cause },
    );
  };
  const { tensors, metadata } = await readSafetensors(path);
  let stored: Graph | undefined;
  let info: ScoresInfo = {};
  if (metadata[metadataKey] !== undefined) {
    try {
      const { graph, ...rest } = JSON.parse(metadata[metadataKey]) as Header;
      stored = storedGraph(graph);
      info = rest;
    } catch (cause) {
      bad(`its description of the graph is malformed: ${(cause as Error).message}`, cause);
    }
  }
  const graph = wanted ?? stored ?? bad("it does not say which graph it is of; give `graph`");
  if (stored !== undefined && !stored.equals(graph)) {
    bad(`it is of another graph: ${graphDifference(stored.config, graph.config)}`);
  }
  const values = new Float32Array(graph.edgeCount);
  for (const { module, shape, offset } of graph.groups) {
    const tensor = tensors.get(module) ?? bad(`it has no scores for \`${module}\``);
    if (String(tensor.shape) !== String(shape)) {
      bad(`\`${module}\` has shape [${tensor.shape}], the graph needs [${shape}]`);
    }
    values.set(tensor.values, offset);
  }
  if (tensors.size !== graph.groups.length) {
    const extra = [...tensors.keys()].filter((name) => graph.groups.every((group) => group.module !== name));
    bad(`it has scores for ${extra.join(", ")}, which the graph does not have`);
  }
  const broken = values.findIndex(Number.isNaN);
  if (broken >= 0) bad(`the score of ${graph.edge(broken)} is NaN`);
  return { graph, values, info };
}
