import { kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  type Circuit,
  coreKinds,
  type Graph,
  type GraphKind,
  type LatentIdentity,
  type PatchableModel,
  withGraphOf,
} from "@autocircuit/core";
import { requireClearScores, type ScoredCircuit } from "../interchange/scored-circuit.ts";
import { type GroupedHeads, requireClearGroups } from "./graph-kind.ts";
import { requireLatents } from "./latents-in.ts";

/** In which form a file holds a circuit. */
export type CircuitFormat =
  /** What `discover --json` writes. */
  | "discovery"
  /** AutoCircuit's names with scores (1 for each edge of a published circuit), as `convert` and `autocircuit circuits NAME --json` write them by `formatCircuitFile`. */
  | "circuit"
  /** As EAP-IG and the Mechanistic Interpretability Benchmark write it. */
  | "eap-ig"
  /** Scores, of which so many are the circuit. */
  | "scores"
  /** Names of edges, and perhaps the graph that they are of. */
  | "edges";

/** A circuit as a file gives it, before there is a model. */
export interface SavedCircuit {
  readonly format: CircuitFormat;
  /** Its edges, as `Circuit.of` and `withGraphOf` take them; one without a position stands for all of them. */
  readonly edges: readonly (readonly [name: string, token: number | null])[];
  /** Whether they are those of a graph by token. */
  readonly byToken: boolean;
  /** Which of a model's graphs they are of, as options of `ownTask` and `model.withGraph`; undefined where the file does not say. */
  readonly graphKind: GraphKind | undefined;
  /** The latents that they are of, for `keepLatents`: null for a model without autoencoders, undefined where the file does not say. */
  readonly latents: LatentIdentity | null | undefined;
  /** The task, the model, the ablation and the seed that it was found with, where the file says so. */
  readonly task: string | undefined;
  readonly model: string | undefined;
  /** What tells that model's weights from those of others of its name: `PatchableModel.fingerprint`. */
  readonly fingerprint: string | undefined;
  readonly ablation: AblationType | undefined;
  readonly seed: number | undefined;
  /** What is not as it was asked for, in words: that scores tie. */
  readonly notes: readonly string[];
  /**
   * The circuit in the graph of a model.
   *
   * @throws AutocircuitError `bad-input`, `bad-file` or `unknown-name` where it is of another kind of graph, other latents or another model
   */
  readonly circuitIn: (graph: Graph) => Circuit;
  /**
   * The model with the graph that the circuit is of: by the file's word, else by the names of its edges, as `withGraphOf` finds it.
   *
   * @param seqLen positions of the prompts; null where they differ, and there is no graph by token
   * @throws AutocircuitError as `circuitIn`, and `withGraphOf`
   */
  readonly modelFor: (model: PatchableModel, seqLen: number | null) => PatchableModel;
  /**
   * The circuit with a score for each edge, as tools exchange it; edges that come without scores have 1, all others 0.
   *
   * @param graph the model's, which a file may not say whole
   * @throws AutocircuitError as `circuitIn`, and where there is no graph, or a score is NaN
   */
  readonly scoredIn: (graph?: Graph) => ScoredCircuit;
  /**
   * That its edges mean one thing in a model, before its weights are read.
   *
   * @throws AutocircuitError `bad-input` where keys and values are grouped, and edges could be of groups or of single heads, see `unclearGroups`
   */
  readonly requireClear: (config: GroupedHeads) => void;
}

/** What a format says of its circuit; the rest follows from it. */
export interface SaidOfCircuit extends Omit<SavedCircuit, "circuitIn" | "modelFor" | "scoredIn" | "requireClear"> {
  /** The file's name, for messages. */
  readonly where: string;
  /** See `circuitIn`. */
  readonly placed: (graph: Graph) => Circuit;
  /** See `scoredIn`. */
  readonly scored: SavedCircuit["scoredIn"];
}

const checkIn = signature("a saved circuit in a graph", { graph: coreKinds.graph });
const checkModel = signature("the model for a saved circuit", {
  model: coreKinds.patchableModel,
  seqLen: kind.orNull(kind.count),
});
const checkScored = signature("a saved circuit with scores", { graph: kind.optional(coreKinds.graph) });

/** A saved circuit, of what its format says. */
export function savedCircuit({ where, placed, scored, ...said }: SaidOfCircuit): SavedCircuit {
  const { format, edges, byToken, graphKind, latents, task, model, fingerprint, ablation, seed, notes } = said;
  const requireClear = (config: GroupedHeads) => {
    if (graphKind === undefined) requireClearGroups(edges, where, config);
  };
  return {
    ...{ format, edges, byToken, graphKind, latents, task, model, fingerprint, ablation, seed, notes },
    requireClear,
    circuitIn: (graph) => {
      checkIn({ graph });
      return placed(graph);
    },
    modelFor: (model, seqLen) => {
      checkModel({ model, seqLen });
      requireLatents(latents, where, model.graph);
      if (graphKind) return model.withGraph({ ...graphKind, byToken, seqLen });
      // Who has asked for a graph of single heads has said what is meant.
      if (!model.graph.config.ungrouped) requireClear(model.config);
      return withGraphOf(model, edges, seqLen);
    },
    scoredIn: (graph) => {
      checkScored({ graph });
      const circuit = scored(graph);
      requireClearScores(circuit, where);
      return circuit;
    },
  };
}
