import { AutocircuitError, kind, signature, writeWhole } from "@autocircuit/base";
import type { Edge, EdgeRef } from "../graph/edge.ts";
import type { Graph } from "../graph/graph.ts";
import * as kinds from "../kinds.ts";
import { Circuit } from "./circuit.ts";
import { loadScores, scoresFile } from "./scores-file.ts";
import type { ScoresInfo } from "./scores-info.ts";
import { magnitude, sortedMagnitudes, thresholdAt } from "./threshold.ts";

const numberKind = kind.such("a number, but not NaN", (value) => typeof value === "number" && !Number.isNaN(value));
const floats = kind.instance(Float32Array, "a Float32Array");
const checkNew = signature("PruneScores", { graph: kinds.graph, values: floats, info: kind.record });
const checkModules = signature("PruneScores.fromModules", { graph: kinds.graph, modules: kind.record });
const checkInfo = signature("PruneScores.withInfo", { info: kind.record });
const checkTop = signature("PruneScores.top", { count: kind.whole });
const checkThreshold = signature("PruneScores.circuitAt", { threshold: numberKind });
const checkSet = signature("PruneScores.set", { value: numberKind });
const checkSave = signature("PruneScores.save", { path: kind.text, info: kind.record });
const checkBytes = signature("PruneScores.toBytes", { info: kind.record });
const checkLoad = signature("PruneScores.load", { path: kind.text }, { graph: kinds.graph });

/**
 * A number per edge of a graph; its absolute value is the edge's importance, except that `-Infinity` marks an edge as not in the circuit.
 *
 * @example
 * scores.top(5).map((edge) => edge.name);
 * scores.circuit(100).size;              // 100, or more where scores tie
 * await scores.save("scores.safetensors");
 */
export class PruneScores {
  readonly graph: Graph;
  /** The scores in the order of the flat edge vector, shape `[edgeCount]`. */
  readonly values: Float32Array;
  /** Where they came from. */
  readonly info: ScoresInfo;

  /**
   * @param values Not copied; zeros by default.
   * @throws AutocircuitError `shape` if the length is not the graph's edge count.
   */
  constructor(graph: Graph, values: Float32Array = new Float32Array(graph.edgeCount), info: ScoresInfo = {}) {
    checkNew({ graph, values, info });
    if (values.length !== graph.edgeCount) {
      throw new AutocircuitError(
        "shape",
        `Prune scores: got ${values.length} numbers for a graph of ${graph.edgeCount} edges.`,
      );
    }
    this.graph = graph;
    this.values = values;
    this.info = info;
  }

  /**
   * Scores given module by module, flattened `[token?][head?][source]`.
   *
   * @throws AutocircuitError `unknown-name` for a module the graph does not have, `bad-input` if one is missing, `shape`
   *   for a wrong number of values.
   */
  static fromModules(
    graph: Graph,
    modules: Readonly<Record<string, ArrayLike<number>>>,
    info?: ScoresInfo,
  ): PruneScores {
    checkModules({ graph, modules });
    const scores = new PruneScores(graph, undefined, info);
    const missing = new Set(graph.groups.map((group) => group.module));
    for (const [module, values] of Object.entries(modules)) {
      const group = graph.group(module);
      if (values.length !== group.size) {
        throw new AutocircuitError(
          "shape",
          `Prune scores: \`${module}\` has shape [${group.shape}], ${group.size} values; got ${values.length}.`,
        );
      }
      scores.values.set(values, group.offset);
      missing.delete(module);
    }
    if (missing.size === 0) return scores;
    throw new AutocircuitError("bad-input", `Prune scores: no values for ${[...missing].join(", ")}.`);
  }

  /** The same scores, of the same class, with another word on where they came from. */
  withInfo(info: ScoresInfo): this {
    checkInfo({ info });
    return Object.assign(Object.create(Object.getPrototypeOf(this)), this, { info });
  }

  /** The score of one edge. @throws AutocircuitError as `Graph.index` does. */
  get(edge: EdgeRef, token?: number | null): number {
    return this.values[this.graph.index(edge, token)]!;
  }

  /** Sets the score of an edge; without a position, in a graph by token, at every one. @throws AutocircuitError as `Graph.index` does. */
  set(edge: EdgeRef, value: number, token?: number | null): void {
    checkSet({ value });
    const at = typeof edge === "string" && token !== null && token !== undefined;
    for (const index of at ? [this.graph.index(edge, token)] : this.graph.indices([edge])) this.values[index] = value;
  }

  /** The scores of one module as a view (not a copy), in the reference's shape `[token?][head?][source]`. */
  module(name: string): { shape: readonly number[]; values: Float32Array } {
    const { shape, offset, size } = this.graph.group(name);
    return { shape, values: this.values.subarray(offset, offset + size) };
  }

  /** The scores of every module, by module name; views, as {@link module} gives them. */
  modules(): Map<string, { shape: readonly number[]; values: Float32Array }> {
    return new Map(this.graph.groups.map((group) => [group.module, this.module(group.module)]));
  }

  /**
   * The `count` edges of largest magnitude (all, if there are fewer), largest first; among equals the one that comes first
   * in the flat vector.
   */
  top(count: number): Edge[] {
    checkTop({ count });
    const size = Math.min(count, this.graph.edgeCount);
    if (size === 0) return [];
    const sorted = sortedMagnitudes(this.values);
    const threshold = sorted[size - 1]!;
    const above = Circuit.where(this.graph, (index) => magnitude(this.values[index]!) > threshold).indices;
    const ordered = [...above].sort((a, b) => magnitude(this.values[b]!) - magnitude(this.values[a]!) || a - b);
    for (let index = 0; ordered.length < size; index++) {
      if (magnitude(this.values[index]!) === threshold) ordered.push(index);
    }
    return ordered.map((index) => this.graph.edge(index));
  }

  /**
   * The threshold of a circuit of `size` edges: the size-th largest magnitude; infinity for size 0.
   *
   * @throws AutocircuitError `bad-input` for a size outside 0 to the edge count, or a NaN among the scores.
   */
  threshold(size: number): number {
    return thresholdAt(sortedMagnitudes(this.values), size);
  }

  /**
   * The circuit of the asked size: every edge at or above {@link threshold}, so ties can make it larger. Size 0 is the
   * empty circuit, also where scores are infinite.
   *
   * @throws AutocircuitError as {@link threshold} does.
   */
  circuit(size: number): Circuit {
    const threshold = this.threshold(size);
    return size === 0 ? Circuit.of(this.graph, []) : this.circuitAt(threshold);
  }

  /** Every edge with `|score| >= threshold`; none marked by `-Infinity`, unless that is the threshold. */
  circuitAt(threshold: number): Circuit {
    checkThreshold({ threshold });
    return Circuit.where(this.graph, (index) => magnitude(this.values[index]!) >= threshold);
  }

  /**
   * Writes a safetensors file: one tensor per module in the reference's shape, and in the metadata the graph and
   * {@link info}. It is written beside and then renamed, so no half file can be left.
   */
  async save(path: string, info: ScoresInfo = {}): Promise<void> {
    checkSave({ path, info });
    await writeWhole(path, scoresFile(this.graph, this.values, { ...this.info, ...info }));
  }

  /** The bytes of the file that {@link save} writes, for those who must write it themselves. */
  toBytes(info: ScoresInfo = {}): Uint8Array {
    checkBytes({ info });
    return Buffer.concat(scoresFile(this.graph, this.values, { ...this.info, ...info }));
  }

  /**
   * Reads a file that {@link save} wrote, or, if `graph` is given, any safetensors file with one float32 tensor per module.
   *
   * @param options.graph The graph the scores must be of; by default the one stored in the file.
   * @throws AutocircuitError `not-found` if there is no such file; `bad-file` if it is cut off, malformed, of another graph,
   *   or holds a NaN.
   */
  static async load(path: string, options: { graph?: Graph } = {}): Promise<PruneScores> {
    checkLoad({ path }, options);
    const { graph, values, info } = await loadScores(path, options.graph);
    return new PruneScores(graph, values, info);
  }
}
