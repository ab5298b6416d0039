import { eapIgDestination, eapIgSource } from "@autocircuit/circuits";
import { type AblationType, Circuit, PruneScores } from "@autocircuit/core";
import { selectGreedy, selectTop } from "@autocircuit/discovery";
import { compareEdgeSets, MIB_SHARES, mibScores, mibSizes } from "@autocircuit/metrics";
import { Ablation } from "@autocircuit/native";
import type { Recorder } from "../recorder.ts";
import type { AttributedCase } from "./attributed-case.ts";
import { differencesOf, listOf } from "./differences.ts";
import { ablationOf } from "./reference-ablation.ts";
import { edgesOfMatrix } from "./score-matrix.ts";

interface Curve {
  weighted_edge_counts: number[];
  area_under: number;
  area_from_1: number;
  average: number;
  faithfulnesses: number[];
}

interface Roc {
  TPR: number[];
  FPR: number[];
  precision: number[];
  recall: number[];
}

/** Curves of faithfulness and of receiver operating characteristics by their names. */
export type MibExpected = Record<string, Curve | Roc>;

/** Checks the benchmark's curves of the reference's own scores. */
export async function checkMib(found: AttributedCase<unknown>, mib: MibExpected, recorder: Recorder): Promise<void> {
  const measured = new Map<string, Promise<number>>();
  for (const [key, expected] of Object.entries(mib))
    await recorder.attempt(key, async () => {
      if ("TPR" in expected) checkRoc(found, key, expected, recorder.section(key));
      else await checkCurve(found, key, expected, recorder.section(key), measured);
    });
}

async function checkCurve(
  found: AttributedCase<unknown>,
  key: string,
  expected: Curve,
  recorder: Recorder,
  measured: Map<string, Promise<number>>,
): Promise<void> {
  const [method, which, axis = "linear", variant] = key.split("/") as [string, "absolute" | "signed", string?, string?];
  const circuits = method === "node" ? nodeCircuits(found, which) : edgeCircuits(found, method, which, variant);
  const ablation = variant === "zero" ? (await ablationOf(found, "zero"))! : "resample";
  const mean = async (circuit: Circuit): Promise<number> => {
    const id = `${variant === "zero"} ${circuit.indices.join()}`;
    const known = measured.get(id) ?? meanDifference(found, circuit, ablation);
    measured.set(id, known);
    return known;
  };
  const empty = await mean(Circuit.of(found.graph, []));
  const full = await mean(Circuit.where(found.graph, () => true));
  const values: number[] = [];
  for (const { circuit } of circuits) values.push(await mean(circuit));
  if (ablation instanceof Ablation) ablation.dispose();
  const range = variant === "raw" ? { full: 1, empty: 0 } : { full, empty };
  const scores = mibScores(values, { ...range, axis: axis === "log" ? "log" : "linear" });
  recorder.equal(
    "weighted_edge_counts",
    circuits.map(({ count }) => count),
    expected.weighted_edge_counts,
  );
  const rounded = Math.abs(full) + Math.abs(empty);
  // A quotient of differences: what a logit is off by grows as they shrink.
  const magnified = variant === "raw" ? 0 : (1e-4 * rounded) / Math.abs(full - empty);
  const allowed = {
    ofMax: magnified,
    max: Math.max(1, ...expected.faithfulnesses.map(Math.abs)),
    rounded,
  };
  // In half precision hardly a digit may be left of what is divided by.
  const [list, number] = variant === "raw" ? (["tensor", "scalar"] as const) : (["decided", "decidedScalar"] as const);
  recorder[list]("faithfulnesses", listOf(scores.faithfulness), listOf(expected.faithfulnesses), allowed);
  recorder[number]("area_under", scores.cpr, expected.area_under, allowed);
  recorder[number]("area_from_1", scores.cmd, expected.area_from_1, allowed);
  recorder[number]("average", scores.average, expected.average, allowed);
}

async function meanDifference(
  found: AttributedCase<unknown>,
  circuit: Circuit,
  ablation: AblationType | Ablation,
): Promise<number> {
  const values = await differencesOf(found, circuit, ablation);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Counted {
  circuit: Circuit;
  count: number;
}

function edgeCircuits(
  { graph, tensors, cells }: AttributedCase<unknown>,
  method: string,
  rank: "absolute" | "signed",
  variant: string | undefined,
): Counted[] {
  const scores = new PruneScores(graph, edgesOfMatrix(tensors, method, cells));
  const select = variant === "greedy" ? selectGreedy : selectTop;
  return mibSizes(graph.edgeCount).map((size) => {
    const circuit = select(scores, size, { rank });
    return { circuit, count: circuit.size };
  });
}

/**
 * Circuits of chosen sources with all edges between them and to the output. The reference counts all cells of the sources' rows in the matrix
 * whose column belongs to one of them or is the output, also those that are no edges; as every node has such a cell to itself, none is
 * pruned.
 */
function nodeCircuits({ graph, tensors, expected }: AttributedCase<unknown>, rank: "absolute" | "signed"): Counted[] {
  const values = Array.from(tensors.get("node-scores").data);
  const importance = rank === "absolute" ? values.map(Math.abs) : values;
  const order = [...importance.keys()].sort((a, b) => importance[b]! - importance[a]!);
  return MIB_SHARES.map((share) => {
    const chosen = new Set(order.slice(0, Math.floor(share * values.length)).map((row) => expected.src_nodes[row]!));
    const reads = (destination: string) =>
      chosen.size > 0 && (destination === "logits" || chosen.has(destination.replace(/<.>$/, "")));
    const circuit = Circuit.where(graph, (edge) => {
      const { src, dest } = graph.edge(edge);
      return chosen.has(eapIgSource(src)) && reads(eapIgDestination(dest));
    });
    return { circuit, count: chosen.size * expected.dst_nodes.filter(reads).length };
  });
}

/** Greedy circuits against the strongest edges of another method; sizes are rounded up here. */
function checkRoc(found: AttributedCase<unknown>, key: string, expected: Roc, recorder: Recorder): void {
  const { graph, tensors, cells } = found;
  const scoresOf = (method: string) => new PruneScores(graph, edgesOfMatrix(tensors, method, cells));
  const truth = selectTop(scoresOf("eap-ig-inputs-5"), 20, { prune: false });
  const scores = scoresOf(key.slice("roc/".length));
  const points = MIB_SHARES.map((share) => {
    const circuit = selectGreedy(scores, Math.ceil(share * graph.edgeCount));
    const found = compareEdgeSets(circuit.indices, truth.indices, graph.edgeCount);
    // Nothing found is nothing wrong; the reference calls the precision of an empty circuit 0.
    return circuit.size === 0 ? { ...found, precision: 0 } : found;
  });
  const compare = (name: keyof Roc, values: readonly number[]) =>
    recorder.tensor(name, listOf(values), listOf(expected[name]));
  compare(
    "TPR",
    points.map(({ recall }) => recall),
  );
  compare(
    "recall",
    points.map(({ recall }) => recall),
  );
  compare(
    "FPR",
    points.map(({ falsePositiveRate }) => falsePositiveRate),
  );
  compare(
    "precision",
    points.map(({ precision }) => precision),
  );
}
