import { AutocircuitError } from "@autocircuit/base";
import {
  Circuit,
  circuitBySize,
  type Graph,
  magnitude,
  PruneScores,
  rankOfScores,
  requireSameGraph,
} from "@autocircuit/core";
import type { ScoreSet } from "../../api/index.ts";
import type { ChosenCircuit } from "../model/chosen-circuit.ts";

/** A set as it is given: scores, or a circuit. */
export interface GivenSet {
  readonly name: string;
  /** Where it comes from, in one line. */
  readonly origin: string;
  readonly of: PruneScores | Circuit;
  /** Whether it is the published or compiled circuit of the task. */
  readonly isKnownCircuit?: boolean | undefined;
}

interface Kept {
  readonly set: ScoreSet;
  readonly scores: PruneScores;
  /** Undefined for scores. */
  readonly circuit: Circuit | undefined;
  /** The circuit of a size, by what the scores rank edges by. */
  readonly ofSize: (size: number) => Circuit;
  /** The circuit that was asked for last. */
  last: ChosenCircuit | undefined;
}

/** Score sets that are kept: a number of 4 bytes for each edge, so the oldest found ones go. */
const MOST_SETS = 64;

/** The score sets and circuits of a studio, by id. */
export class ScoreSets {
  readonly #graph: Graph;
  readonly #sets = new Map<string, Kept>();
  #next = 1;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /**
   * Adds a set; the name is made another where it is taken.
   *
   * @throws AutocircuitError `bad-input` for one of another graph or with a NaN, and when there are too many
   */
  add({ name, origin, of, isKnownCircuit = false }: GivenSet): ScoreSet {
    requireSameGraph(of.graph, this.#graph, `${name} (${origin}) is`);
    if (this.#sets.size >= MOST_SETS)
      throw new AutocircuitError("bad-input", `There are ${MOST_SETS} score sets already. Start the studio anew.`);
    const circuit = of instanceof Circuit ? of : undefined;
    const scores = of instanceof Circuit ? new PruneScores(this.#graph, of.mask()) : of;
    const ofSize = circuit ? () => circuit : circuitBySize(scores);
    const id = `s${this.#next++}`;
    const set: ScoreSet = {
      ...{ id, name: this.#free(name), kind: circuit ? "circuit" : "scores", origin, isKnownCircuit },
      rank: rankOfScores(scores),
      size: circuit ? circuit.size : scores.values.reduce((count, value) => count + Number(magnitude(value) > 0), 0),
    };
    this.#sets.set(id, { set, scores, circuit, ofSize, last: undefined });
    return set;
  }

  /** All of them, newest last. */
  list(): ScoreSet[] {
    return [...this.#sets.values()].map(({ set }) => set);
  }

  /** One set with its numbers. @throws AutocircuitError `not-found` */
  get(id: string): { readonly set: ScoreSet; readonly scores: PruneScores } {
    return this.#kept(id);
  }

  /**
   * The circuit of so many edges by a set's scores, of sizes that tie all; all edges for null. A circuit is itself whatever the size.
   *
   * @throws AutocircuitError `not-found`; `bad-input` for a size that the scores do not have
   */
  circuit(id: string, size: number | null): ChosenCircuit {
    const kept = this.#kept(id);
    const key = kept.circuit ? id : `${id} ${size}`;
    if (kept.last?.key === key) return kept.last;
    const circuit = kept.circuit ?? this.#ofSize(kept, size);
    const edges = new Uint8Array(this.#graph.edgeCount);
    for (const index of circuit.indices) edges[index] = 1;
    kept.last = { key, size: circuit.size, edges };
    return kept.last;
  }

  #ofSize(kept: Kept, size: number | null): Circuit {
    if (size === 0) return Circuit.of(this.#graph, []);
    if (size === null) return Circuit.where(this.#graph, () => true);
    return kept.ofSize(size);
  }

  #kept(id: string): Kept {
    const kept = this.#sets.get(id);
    if (kept) return kept;
    const known = this.list().map(({ id, name }) => `${id} (${name})`);
    const there = known.length > 0 ? `There are: ${known.join(", ")}.` : "There is none yet.";
    throw new AutocircuitError("not-found", `There is no score set ${JSON.stringify(id)}. ${there}`);
  }

  #free(name: string): string {
    const taken = new Set(this.list().map((set) => set.name));
    if (!taken.has(name)) return name;
    for (let number = 2; ; number++) if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
  }
}
