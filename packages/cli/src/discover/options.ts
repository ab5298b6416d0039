import type { PairAlignment } from "@autocircuit/core";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import type { CurveDetail } from "./measuring-time.ts";

/** Steps of weight processing, as `--processing` names them. */
export const PROCESSING = ["fold-ln", "center-writing-weights", "center-unembed", "fold-value-biases"] as const;

/** Options of `autocircuit discover`, as commander gives them. */
export interface DiscoverCommandOptions extends DeviceCommandOptions {
  model?: string;
  autoencoders?: string;
  pruneLatents?: boolean;
  autoencoderErrors?: boolean;
  prompts?: string[];
  outputSlice?: string;
  batchSize?: number;
  batches?: number[];
  length?: number;
  align?: PairAlignment;
  skipUnfit?: boolean;
  sharedQkv?: boolean;
  nodeEdges?: boolean;
  ungrouped?: boolean;
  processing?: string[];
  prependBos: boolean;
  algorithm?: string;
  preset?: string;
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
  faithful?: number;
  tries?: number;
  budget?: number;
  resume?: boolean;
  circuit?: string;
  seed: number;
  curve?: CurveDetail;
  out?: string;
  json?: string;
}
