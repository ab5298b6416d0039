import type { AblationType } from "@autocircuit/core";
import type { PromptChoice, RunChoice } from "./runs.ts";

/** `GET api/prompts?from=&count=`. */
export interface PromptList {
  total: number;
  prompts: readonly PromptRow[];
}

export interface PromptRow {
  index: number;
  /** The texts, to be edited; null where the model has no tokenizer. */
  text: TokensRequest | null;
  /** Tokens as text. */
  clean: readonly string[];
  corrupt: readonly string[];
  answers: readonly string[];
  wrongAnswers: readonly string[];
}

/** `POST api/tokens`: how a text is cut, and how clean and corrupt text align. */
export interface TokensRequest {
  clean: string;
  corrupt: string;
}

export interface TokensAnswer {
  clean: readonly string[];
  corrupt: readonly string[];
  /** Positions at which the two differ. */
  differ: readonly number[];
  /** Why they cannot be run, in words; null where they can. */
  refused: string | null;
}

/** `POST api/generate`: a line of JSON for each token. Greedy; the ablation is in place at each step. */
export interface GenerateRequest extends RunChoice {
  prompt: PromptChoice;
  count: number;
}

export type GenerateLine =
  | { type: "token"; model: "full" | "patched"; token: string; probability: number }
  | { type: "done" }
  | { type: "error"; code: string; message: string };

/** `POST api/attention`: the pattern of one head, full and ablated. */
export interface AttentionRequest extends RunChoice {
  prompt: PromptChoice;
  block: number;
  head: number;
}

export interface AttentionAnswer {
  tokens: readonly string[];
  full: AttentionPattern;
  patched: AttentionPattern;
}

/** Who looks where: a row and its share of the prefix sum to 1. */
export interface AttentionPattern {
  /** [query][key] */
  rows: readonly (readonly number[])[];
  /** What each query gives to the tokens of a cached prefix; zeros without one. */
  prefix: readonly number[];
}

/** `POST api/discover`: a line of JSON for each step; closing the connection cancels. */
export interface DiscoverRequest {
  name: string;
  algorithm: string;
  options: Readonly<Record<string, unknown>>;
  ablation: AblationType;
  /** At most so many prompts; null for all. */
  promptCount: number | null;
}

export type DiscoverLine =
  | { type: "progress"; done: number; total: number; text: string }
  | { type: "done"; id: string; seconds: number }
  | { type: "error"; code: string; message: string };
