import type { LoadedTask } from "@autocircuit/core";
import type { FoundCircuit } from "@autocircuit/discovery";
import type { CircuitMeter } from "@autocircuit/metrics";
import type { MeasuringTime } from "./measuring-time.ts";
import type { DiscoverResult } from "./result.ts";
import type { DiscoverSettings } from "./settings.ts";

/** Everything the report needs to know. */
export interface ReportParts {
  task: LoadedTask;
  settings: DiscoverSettings;
  found: FoundCircuit;
  result: DiscoverResult;
  meter: CircuitMeter;
  /** What may be spent on measuring. */
  time: MeasuringTime;
  command: string;
}
