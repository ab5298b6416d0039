import type { Rank } from "@autocircuit/core";
import type { CircuitTestName, PromptScore } from "@autocircuit/metrics";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";

/** Options of `autocircuit test`, as commander gives them. */
export interface TestCommandOptions extends DeviceCommandOptions, SubjectCommandOptions {
  task?: string;
  size?: number;
  rank?: Rank;
  tests?: CircuitTestName[];
  score?: PromptScore;
  random?: number;
  quantile?: number;
  mostEdges?: number;
  level?: number;
  cross?: string[];
  crossPrompts?: string[];
  ablation?: string;
  seed?: number;
  json?: string;
}
