import type { PairAlignment } from "@autocircuit/core";
import type { DeviceCommandOptions } from "../support/device-options.ts";

/** Steps of weight processing, as `--processing` names them. */
export const PROCESSING = ["fold-ln", "center-writing-weights", "center-unembed", "fold-value-biases"] as const;

/** Options of `autocircuit discover`, as commander gives them. */
export interface DiscoverCommandOptions extends DeviceCommandOptions {
  model?: string;
  prompts?: string[];
  outputSlice?: string;
  batchSize?: number;
  batches?: number[];
  length?: number;
  align?: PairAlignment;
  sharedQkv?: boolean;
  nodeEdges?: boolean;
  ungrouped?: boolean;
  processing?: string[];
  prependBos: boolean;
  algorithm?: string;
  ablation?: string;
  byToken?: boolean;
  tau?: number[];
  target?: string;
  gradFunction?: string;
  answerFunction?: string;
  samples?: number;
  set: string[];
  size?: number;
  prune?: boolean;
  keep?: number;
  tries?: number;
  circuit?: string;
  seed: number;
  out?: string;
  json?: string;
}
