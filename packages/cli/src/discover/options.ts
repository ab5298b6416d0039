import type { Rank } from "@autocircuit/core";
import type { CurveDetail, Selection } from "@autocircuit/discovery";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import type { AskedSize } from "./asked-size.ts";

/** Options of `autocircuit discover`, as commander gives them. */
export interface DiscoverCommandOptions extends DeviceCommandOptions, SubjectCommandOptions {
  algorithm?: string;
  preset?: string;
  ablation?: string;
  byToken?: boolean;
  spans?: string;
  aggregation?: string;
  taus?: number[];
  target?: string;
  gradFunction?: string;
  answerFunction?: string;
  steps?: number;
  set: string[];
  size?: AskedSize;
  prune?: boolean;
  keep?: number;
  faithful?: number;
  tries?: number;
  budget?: number;
  resume?: boolean;
  select?: Selection;
  selectSeconds?: number;
  rank?: Rank;
  bootstrap?: number;
  test?: boolean;
  knownCircuit?: string;
  seed: number;
  curve?: CurveDetail;
  out?: string;
  labels?: string;
  json?: string;
}
