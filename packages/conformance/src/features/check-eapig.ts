import { join } from "node:path";
import { eapIgDestination, eapIgEdge, eapIgSource, edgeNameOfEapIg } from "@autocircuit/circuits";
import { Circuit, PruneScores } from "@autocircuit/core";
import { selectTop } from "@autocircuit/discovery";
import { Ablation, type ComputeDType } from "@autocircuit/native";
import { attributedCase } from "../attribution/attributed-case.ts";
import { differencesOf, fullDifferences, listOf } from "../attribution/differences.ts";
import { ablationOf } from "../attribution/reference-ablation.ts";
import { edgesOfMatrix } from "../attribution/score-matrix.ts";
import { readJson } from "../check-patching.ts";
import { narrowBound } from "../number-types.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { checkEdgeScores } from "./check-eapig-edges.ts";
import { checkNodeScores } from "./check-eapig-nodes.ts";
import type { EapIgCase, EapIgVariant, Selection } from "./eapig-case.ts";

/** Checks the scores of edges and nodes, the selections and their faithfulness that EAP-IG gives. */
export async function checkEapIgFeature(path: string, caseRecorder: Recorder, dtype?: ComputeDType): Promise<void> {
  const file = readJson(path, "eapig.json") as { batch_size: number; variants: Record<string, EapIgVariant> };
  const tensors = new ExpectedTensors(join(path, "eapig.safetensors"));
  for (const [variant, expected] of Object.entries(file.variants)) {
    const { batch_size } = file;
    const found = { ...(await attributedCase(path, { ...expected, batch_size }, tensors, dtype)), variant };
    using model = found.model;
    const recorder = caseRecorder.section(variant).within(narrowBound(dtype, model.config.layers));
    recorder.set("edges", Array.from(found.graph.edges(), eapIgEdge), expected.edges);
    for (const side of ["clean", "corrupt"] as const)
      recorder.tensor(`baseline/${side}`, listOf(await fullDifferences(found, side)), listOf(expected.baseline[side]));
    for (const name of tensors.names(`${variant}/edge/`))
      await recorder.attempt(name, () => checkEdgeScores(found, name, recorder));
    for (const level of ["node", "node-out", "neuron", "neuron-out"])
      for (const name of tensors.names(`${variant}/${level}/`))
        await recorder.attempt(name, () => checkNodeScores(found, name, recorder));
    for (const [name, selection] of Object.entries(expected.selection))
      await recorder.attempt(name, () => checkSelected(found, selection, recorder.section(`selection/${name}`)));
  }
}

async function checkSelected(found: EapIgCase, selection: Selection, recorder: Recorder): Promise<void> {
  const { n, how, absolute, prune, level } = selection;
  const { graph, tensors, cells, variant, expected } = found;
  const rank = absolute ? "absolute" : "signed";
  if (level === "edge") {
    const scores = new PruneScores(graph, edgesOfMatrix(tensors, `${variant}/edge/eap/patching`, cells));
    const circuit = selectTop(scores, how === "apply_topn" ? n : { threshold: n }, { rank, prune });
    recorder.set("edges", Array.from(circuit, eapIgEdge), selection.edges);
    recorder.equal("count_included_edges", circuit.size, selection.count_included_edges);
    await checkFaithfulness(found, circuit, selection, recorder);
    return;
  }
  const nodes = level === "node" ? topNodes(found, n, absolute) : nodesOfNeurons(found, n, absolute);
  const reads = (destination: string) => destination === "logits" || nodes.has(destination.replace(/<.>$/, ""));
  const circuit = Circuit.where(graph, (edge) => {
    const { src, dest } = graph.edge(edge);
    return nodes.has(eapIgSource(src)) && reads(eapIgDestination(dest));
  });
  recorder.set("nodes", nodes, selection.nodes);
  recorder.set("edges", Array.from(circuit, eapIgEdge), selection.edges);
  // The reference counts cells of its matrix that are no edges.
  const cellCount = nodes.size * expected.dst_nodes.filter(reads).length;
  recorder.equal("count_included_edges", cellCount, selection.count_included_edges);
  if (level === "node") await checkFaithfulness(found, circuit, selection, recorder);
}

function topNodes({ tensors, variant, expected }: EapIgCase, n: number, absolute: boolean): Set<string> {
  const values = Array.from(tensors.get(`${variant}/node/eap/patching`).data);
  return new Set(topOf(values, n, absolute).map((row) => expected.src_nodes[row]!));
}

function nodesOfNeurons({ tensors, variant, expected }: EapIgCase, n: number, absolute: boolean): Set<string> {
  const { shape, data } = tensors.get(`${variant}/neuron/eap/patching`);
  const top = topOf(Array.from(data), n, absolute);
  return new Set(top.map((cell) => expected.src_nodes[Math.floor(cell / shape[1]!)]!));
}

function topOf(values: readonly number[], n: number, absolute: boolean): number[] {
  const rank = absolute ? values.map(Math.abs) : values;
  return [...values.keys()].sort((a, b) => rank[b]! - rank[a]!).slice(0, n);
}

async function checkFaithfulness(
  found: EapIgCase,
  circuit: Circuit,
  { faithfulness, edges }: Selection,
  recorder: Recorder,
): Promise<void> {
  for (const [type, wanted] of Object.entries(faithfulness)) {
    // Evaluation prunes first, also where the selection did not.
    const names = Array.from(circuit, eapIgEdge).length === edges.length ? edges : Array.from(circuit, eapIgEdge);
    const kept = selectTop(scoresOfEdges(found, names), names.length, { prune: true });
    const ablation = await ablationOf(found, type);
    const values = await differencesOf(found, kept, ablation ?? "resample");
    if (ablation instanceof Ablation) ablation.dispose();
    recorder.tensor(`faithfulness/${type}`, listOf(values), listOf(wanted));
  }
}

function scoresOfEdges({ graph }: EapIgCase, names: readonly string[]): PruneScores {
  const scores = new PruneScores(graph);
  for (const name of names) scores.set(edgeNameOfEapIg(name)!, 1);
  return scores;
}
