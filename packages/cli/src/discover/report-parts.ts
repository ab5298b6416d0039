import type { LoadedTask } from "@autocircuit/core";
import type { FoundCircuit } from "@autocircuit/discovery";
import type { CircuitMeasures, CircuitMeter } from "@autocircuit/metrics";
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
  /** What was measured already under the settings' ablation: of the circuit found, and of the known one that it is compared with. */
  measured: { found: CircuitMeasures; official: CircuitMeasures | undefined };
  /** What may be spent on measuring. */
  time: MeasuringTime;
  command: string;
  signal: AbortSignal;
}
