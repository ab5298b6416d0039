import { Circuit, Graph, type GraphKind } from "@autocircuit/core";
import type { TransformerConfig } from "@autocircuit/native";
import { requireModel } from "../interchange/circuit-file.ts";
import { eapIgCircuitOf } from "../interchange/read-eap-ig.ts";
import { circuitOf, requireClearScores } from "../interchange/scored-circuit.ts";
import { foundWith } from "./found-with.ts";
import { requireGraphKind } from "./graph-kind.ts";
import { requireLatents } from "./latents-in.ts";
import { type SavedCircuit, savedCircuit } from "./saved-circuit.ts";

/** That of every file of EAP-IG: each query head has keys and values of its own. */
const KIND: GraphKind = { factorized: true, separateQkv: true, ungrouped: true };

/** The graph of a model whose edges EAP-IG's files name. */
export function eapIgGraph(config: TransformerConfig): Graph {
  return Graph.of(config, KIND);
}

/** A circuit as EAP-IG writes it, whose models have no autoencoders. @throws AutocircuitError as `readEapIgCircuit` does */
export function eapIgCircuit(json: unknown, where: string): SavedCircuit {
  const whole = eapIgCircuitOf(json, where);
  requireClearScores(whole, where);
  const { layers, heads, parallel } = whole.graph.config;
  const edges = Array.from(circuitOf(whole), ({ name }) => [name, null] as const);
  return savedCircuit({
    ...{ where, edges, format: "eap-ig", byToken: false, graphKind: KIND, latents: null, notes: [] },
    ...foundWith({}),
    placed: (graph) => {
      requireModel({ layers, heads, parallel }, where, graph);
      requireLatents(null, where, graph);
      requireGraphKind(KIND, where, graph);
      return Circuit.of(graph, edges);
    },
    scored: (graph) => (graph ? eapIgCircuitOf(json, where, { graph }) : whole),
  });
}
