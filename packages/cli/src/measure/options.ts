import type { PatchType, Rank } from "@autocircuit/core";
import type { MibSelection } from "@autocircuit/discovery";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";

/** Options of `autocircuit measure`, as commander gives them. */
export interface MeasureCommandOptions extends DeviceCommandOptions, SubjectCommandOptions {
  scores: string;
  sizes?: number[];
  rank?: Rank;
  metrics?: string[];
  patch: PatchType;
  ablation: string;
  seed?: number;
  mib?: boolean;
  mibFolder?: string;
  mibName?: string;
  select?: MibSelection;
  json?: string;
}
