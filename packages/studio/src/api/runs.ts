import type { AblationType, PatchType } from "@autocircuit/core";

/**
 * Which edges are in the circuit: the `size` edges of largest magnitude of a score set (null: all; edges that tie with the last are in it
 * too, as in the library), or the edges of a circuit; then those of `add` put in and those of `remove` taken out. Without a score set all
 * edges are in, so `remove` alone ablates single edges.
 */
export interface CircuitChoice {
  scores: string | null;
  size: number | null;
  add: readonly number[];
  remove: readonly number[];
}

/** How a circuit is run. */
export interface RunChoice {
  circuit: CircuitChoice;
  /** Edges ablated whatever the circuit: those clicked. Compared with the circuit without them. */
  ablated: readonly number[];
  ablation: AblationType;
  patch: PatchType;
}

/** A prompt of the data set by its number, or the user's own text (clean and corrupt of one length in tokens). */
export type PromptChoice = { index: number } | { clean: string; corrupt: string };

/** `POST api/run`: one prompt through the full model, the circuit, and the circuit without the clicked edges. */
export interface RunRequest extends RunChoice {
  prompt: PromptChoice;
  /** Position of the output to tell of, from 0, one of `RunAnswer.positions`; by default the last that counts. */
  position?: number;
  /** Most likely tokens to tell of (10). */
  top?: number;
}

export interface RunAnswer {
  /** Edges of the circuit, and of the circuit without the clicked ones. */
  circuitSize: number;
  patchedSize: number;
  /** Positions of the output that count, and the one that the answers below tell of. */
  positions: readonly number[];
  position: number;
  full: Output;
  circuit: Output;
  patched: Output;
  /** What the passes took, in ms, on the server. */
  milliseconds: number;
}

/** What a model says at one position. */
export interface Output {
  /** Most likely tokens, largest first; empty where the output is a number. What logits are: `Session.logits`. */
  top: readonly { token: string; id: number; probability: number; logit: number }[];
  /** The output, where it is one number and no distribution over tokens; else null. */
  value: number | null;
  /** Mean logit of the answers minus that of the wrong answers, over all positions that count; null where a prompt has none. */
  logitDiff: number | null;
  /** Probabilities of the answers and the wrong answers. */
  answers: readonly { token: string; id: number; correct: boolean; probability: number; logit: number }[];
  /**
   * KL divergence from the full model's output, in nats, mean over the positions that count; 0 for the full model itself, null where
   * the output is a number.
   */
  kl: number | null;
}

/** `POST api/evaluate`: the data set, a line of JSON for each slice of prompts as it is done, then `done`. */
export interface EvaluateRequest extends RunChoice {
  /** At most so many prompts; null for all. */
  promptCount: number | null;
}

export type EvaluateLine =
  | { type: "prompts"; done: number; total: number; rows: readonly PromptMeasures[] }
  | { type: "done"; circuit: DataSetMeasures; patched: DataSetMeasures; full: DataSetMeasures }
  | { type: "error"; code: string; message: string };

/** One prompt's measures. */
export interface PromptMeasures {
  index: number;
  full: Measures;
  circuit: Measures;
  patched: Measures;
}

/** Each null where it has no meaning: a prompt without wrong answers has no logit difference, outputs that are numbers no KL. */
export interface Measures {
  logitDiff: number | null;
  kl: number | null;
  /** Share of the positions that count at which an answer has a logit above all others of the vocabulary, 0 to 1. */
  correct: number | null;
}

export interface DataSetMeasures {
  logitDiff: number | null;
  kl: number | null;
  accuracy: number | null;
  /** Logit difference as a share of the full model's, between that of all edges ablated (0) and the full model (1). */
  faithfulness: number | null;
}
