import { badFile, kind, readSafetensors, safetensorsFile, signature, version, writeWhole } from "@autocircuit/base";
import { coreKinds, Graph, type ResolvedGraphConfig, requireSameGraph, type ScoresInfo } from "@autocircuit/core";
import { CrossingEdges, headInputs } from "./crossing-edges.ts";
import { CrossingScores } from "./crossing-scores.ts";
import { SpanScores } from "./span-scores.ts";

/** Under which key of the metadata the JSON lies, and what tells these files from other scores. */
const metadataKey = "autocircuit-spans";

/** A tensor of the file. */
interface Scored {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Header extends ScoresInfo {
  readonly graph: ResolvedGraphConfig;
  readonly spans: readonly string[];
}

const checkSave = signature("saveSpanScores", {
  path: kind.text,
  scores: kind.instance(SpanScores, "SpanScores"),
  info: kind.optional(kind.record),
});
const checkLoad = signature("loadSpanScores", { path: kind.text }, { graph: coreKinds.graph });

/**
 * Writes scores over spans as a safetensors file: `edges` [spans, edges] and, where there are some, `crossing` [blocks, heads, 3, spans, spans], with
 * graph and spans in the metadata. It is written beside and then renamed, so no half file can be left.
 *
 * @param info added to what the scores say of themselves
 */
export async function saveSpanScores(path: string, scores: SpanScores, info: ScoresInfo = {}): Promise<void> {
  checkSave({ path, scores, info });
  const { graph, spans, values, crossing } = scores;
  const versions = { "@autocircuit/discovery": version, ...info.versions };
  const header: Header = { graph: graph.config, spans, ...scores.info, ...info, versions };
  const tensors = new Map<string, Scored>([["edges", { shape: [spans.length, graph.edgeCount], values }]]);
  if (crossing) tensors.set("crossing", { shape: crossingShape(crossing.edges), values: crossing.values });
  await writeWhole(path, safetensorsFile({ tensors, metadata: { [metadataKey]: JSON.stringify(header) } }));
}

/**
 * Reads what {@link saveSpanScores} wrote.
 *
 * @param options.graph The graph the scores must be of; by default the one in the file.
 * @throws AutocircuitError `not-found` if there is no such file; `bad-file` if it is none of these, cut off, malformed, of another graph, or holds a NaN
 *
 * @example
 * const spans = spansOf({ begin: [0, 7], end: [7, null] }, prompts.prompts);
 * await saveSpanScores("spans.safetensors", await spanScores(model, prompts.prompts, spans));
 * const { spans: names } = await loadSpanScores("spans.safetensors", { graph: model.graph });
 */
export async function loadSpanScores(path: string, options: { graph?: Graph | undefined } = {}): Promise<SpanScores> {
  checkLoad({ path }, options);
  const { tensors, metadata } = await readSafetensors(path);
  const text = metadata[metadataKey];
  if (text === undefined) throw badFile(path, "it has no scores over spans.");
  try {
    const { graph: config, spans, ...info } = JSON.parse(text) as Header;
    const graph = Graph.of(config, config);
    if (options.graph) requireSameGraph(graph, options.graph, "it is");
    const values = stored(tensors, "edges", [spans.length, graph.edgeCount]);
    if (!tensors.has("crossing")) return new SpanScores(graph, spans, values, info);
    const shape = crossingShape(new CrossingEdges(graph, spans));
    const crossing = new CrossingScores(graph, spans, stored(tensors, "crossing", shape), info);
    return new SpanScores(graph, spans, values, info, crossing);
  } catch (cause) {
    throw badFile(path, `${(cause as Error).message.replace(/\.$/, "")}.`, { cause });
  }
}

function crossingShape({ blocks, heads, spans }: CrossingEdges): number[] {
  return [blocks, heads, headInputs.length, spans.length, spans.length];
}

function stored(tensors: ReadonlyMap<string, Scored>, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`it has no tensor \`${name}\``);
  if (String(tensor.shape) !== String(shape))
    throw new Error(`\`${name}\` has shape [${tensor.shape}], graph and spans need [${shape}]`);
  return tensor.values;
}
