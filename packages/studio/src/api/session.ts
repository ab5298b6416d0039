import type { AblationType, PatchType } from "@autocircuit/core";
import type { OptionSpec } from "@autocircuit/discovery";
import type { GraphTable } from "./graph.ts";

/** What `GET api/session` answers where there is no model: only an attribution graph, see `GET api/attribution-graph`. */
export interface GraphSession {
  version: string;
  run: string;
  title: string;
  graph: null;
}

/** What the page is about: answered once when it opens. `GET api/session`. */
export interface Session {
  version: string;
  /** Another for each start of the server: a page that sees it change says so and loads anew. */
  run: string;
  title: string;
  /** The model's name; null for one compiled for its task. */
  model: string | null;
  device: string;
  /** What logits are, in words, where they are not as the stored weights give them; else null. */
  logits: string | null;
  graph: GraphTable;
  prompts: PromptsInfo;
  ablations: readonly AblationType[];
  defaultAblation: AblationType;
  patchTypes: readonly PatchType[];
  /** Score sets and circuits known now, newest last; the list again by `GET api/score-sets`. */
  scoreSets: readonly ScoreSet[];
  algorithms: readonly AlgorithmInfo[];
  /** Presets by key, with the algorithm and what it sets. */
  presets: readonly { key: string; algorithm: string; options: Readonly<Record<string, unknown>> }[];
  /** Whether the model has a tokenizer: only then may prompts be edited and continued. */
  tokenizer: boolean;
  /** The folder that the server may write into (`--out`); null for none. */
  savesTo: string | null;
  /** Title of a graph of circuit-tracer that was opened with this session, see `GET api/attribution-graph`; null for none. */
  attributionGraph: string | null;
}

export interface PromptsInfo {
  count: number;
  /** Tokens of each prompt. */
  seqLen: number;
  /** Whether outputs at the last position count, or at all; as the library's output slice. */
  outputSlice: string;
  /** Labels of positions, if the task has any. */
  tokenLabels: readonly string[] | null;
  /** Positions whose label is the first prompt's token, where other prompts have others. */
  varyingTokens: readonly number[];
  /** What all prompts begin with and is cached, in words; null for nothing. */
  prefix: string | null;
}

/** A number an edge, or a set of edges. Its numbers: `GET api/score-sets/ID/values`, little-endian float32, `edgeCount` of them. */
export interface ScoreSet {
  id: string;
  name: string;
  /** `scores`: a number an edge, higher is more important; `circuit`: 1 for an edge of the circuit, else 0. */
  kind: "scores" | "circuit";
  /** Algorithm and options in one line, or where it comes from. */
  origin: string;
  /** What makes an edge important: the size of its score, or the score itself, as its circuit was found. */
  rank: "absolute" | "signed";
  /** Edges of a circuit; edges scored. */
  size: number;
  /** Whether it is the published or compiled circuit of the task. */
  isKnownCircuit: boolean;
}

export interface AlgorithmInfo {
  name: string;
  description: string;
  paper: string | null;
  options: readonly OptionSpec[];
}
