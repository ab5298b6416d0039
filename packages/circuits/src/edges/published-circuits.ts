import type { Edge } from "@autocircuit/core";
import { DOCSTRING_WORDS, docstringNodeBasedOfficialEdges, docstringTrueEdges } from "./docstring.ts";
import { greaterthanTrueEdges } from "./greaterthan.ts";
import { ioiHeadBasedOfficialEdges, ioiTrueEdges, ioiTrueEdgesMlp0Only } from "./ioi.ts";
import { IOI_WORDS } from "./ioi-heads.ts";
import type { HasGraph, OfficialEdgesOptions } from "./official-edges.ts";
import { SPORTS_PLAYERS_WORDS, sportsPlayersProbeTrueEdges, sportsPlayersTrueEdges } from "./sports-players.ts";
import { tracrReverseAcdcEdges, tracrReverseTrueEdges } from "./tracr-reverse.ts";
import { tracrXproportionAcdcEdges, tracrXproportionOfficialEdges } from "./tracr-xproportion.ts";

/** A circuit of the literature. */
export interface LiteratureCircuit {
  /** Such as `ioi-true-edges`. */
  readonly name: string;
  /** What it is the circuit of. */
  readonly description: string;
  /** Model it belongs to. */
  readonly model: string;
  /** Paper, and whose edges. */
  readonly paper: string;
  /** Words whose positions it needs by token. */
  readonly words: readonly string[];
  /** Its edges in a graph of the model. */
  readonly edges: (target: HasGraph, options?: OfficialEdgesOptions) => Edge[];
}

const IOI_PAPER = "Wang et al. 2022, Interpretability in the Wild (arXiv:2211.00593)";
const DOCSTRING_POST = "Heimersheim and Janiak 2023, A circuit for Python docstrings (Alignment Forum)";
const ACDC_PAPER = "Conmy et al. 2023, Towards Automated Circuit Discovery (arXiv:2304.14997)";
const TRACR_PAPER = "Lindner et al. 2023, Tracr (arXiv:2301.05062)";

const ALL: readonly LiteratureCircuit[] = [
  {
    name: "ioi-true-edges",
    description: "indirect object identification, edge by edge",
    model: "GPT-2 small",
    paper: `${IOI_PAPER}; edges of ACDC and AutoCircuit`,
    words: IOI_WORDS,
    edges: ioiTrueEdges,
  },
  {
    name: "ioi-true-edges-mlp-0-only",
    description: "the same without the MLPs but the first",
    model: "GPT-2 small",
    paper: `${IOI_PAPER}; edges of AutoCircuit`,
    words: IOI_WORDS,
    edges: ioiTrueEdgesMlp0Only,
  },
  {
    name: "ioi-head-based-official-edges",
    description: "indirect object identification by heads",
    model: "GPT-2 small",
    paper: `${IOI_PAPER}; positions of AutoCircuit`,
    words: ["S1+1", "S2", "end"],
    edges: ioiHeadBasedOfficialEdges,
  },
  {
    name: "greaterthan-true-edges",
    description: "a later year than the first",
    model: "GPT-2 small",
    paper: "Hanna et al. 2023, How does GPT-2 compute greater-than? (arXiv:2305.00586); edges of ACDC",
    words: [],
    edges: greaterthanTrueEdges,
  },
  {
    name: "docstring-true-edges",
    description: "the third parameter in a docstring, edge by edge",
    model: "attn-only-4l",
    paper: `${DOCSTRING_POST}; edges of ACDC and AutoCircuit`,
    words: DOCSTRING_WORDS,
    edges: docstringTrueEdges,
  },
  {
    name: "docstring-node-based-official-edges",
    description: "the third parameter in a docstring by heads",
    model: "attn-only-4l",
    paper: `${DOCSTRING_POST}; positions of AutoCircuit`,
    words: DOCSTRING_WORDS,
    edges: docstringNodeBasedOfficialEdges,
  },
  {
    name: "sports-players-true-edges",
    description: "the sport of an athlete (Q, K, V share one input)",
    model: "Pythia-2.8B",
    paper: "Rajamanoharan et al. 2023, Fact Finding, part 2 (Alignment Forum); edges of AutoCircuit",
    words: SPORTS_PLAYERS_WORDS,
    edges: sportsPlayersTrueEdges,
  },
  {
    name: "sports-players-probe-true-edges",
    description: "an athlete's name up to where the sport is probed for (Q, K, V share one input)",
    model: "Pythia-2.8B",
    paper: "Rajamanoharan et al. 2023, Fact Finding, part 2 (Alignment Forum); edges of AutoCircuit's probe",
    words: SPORTS_PLAYERS_WORDS,
    edges: sportsPlayersProbeTrueEdges,
  },
  {
    name: "tracr-reverse-true-edges",
    description: "reversal of five tokens, resample ablation",
    model: "compiled reverse",
    paper: `${TRACR_PAPER}; edges of AutoCircuit`,
    words: [],
    edges: tracrReverseTrueEdges,
  },
  {
    name: "tracr-reverse-acdc-edges",
    description: "reversal of five tokens, zero ablation",
    model: "compiled reverse",
    paper: `${TRACR_PAPER}; ${ACDC_PAPER}`,
    words: [],
    edges: tracrReverseAcdcEdges,
  },
  {
    name: "tracr-xproportion-official-edges",
    description: "share of x so far, resample ablation",
    model: "compiled xproportion",
    paper: `${TRACR_PAPER}; edges of AutoCircuit`,
    words: [],
    edges: tracrXproportionOfficialEdges,
  },
  {
    name: "tracr-xproportion-acdc-edges",
    description: "share of x so far, zero ablation",
    model: "compiled xproportion",
    paper: `${TRACR_PAPER}; ${ACDC_PAPER}`,
    words: [],
    edges: tracrXproportionAcdcEdges,
  },
];

/**
 * The circuits of the literature by name. They need a graph only, no weights.
 *
 * @example
 * const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
 * publishedCircuits["ioi-true-edges"].edges(graph).length;
 */
export const publishedCircuits: Readonly<Record<string, LiteratureCircuit>> = Object.fromEntries(
  ALL.map((circuit) => [circuit.name, circuit]),
);
