import type { SweepUnit } from "../plan/unit.ts";
import type { UnitOutcome } from "../unit/do-unit.ts";

/** What a coordinator tells a worker process: the unit to do. */
export interface WorkerOrder {
  readonly unit: SweepUnit;
}

/** What a worker process tells its coordinator. */
export type WorkerReport =
  | { readonly type: "ready" }
  | { readonly type: "outcome"; readonly outcome: UnitOutcome }
  /** Nothing can be kept, or a result is of another version: the run has to end. */
  | {
      readonly type: "stop";
      readonly message: string;
      readonly code: string | undefined;
      readonly system: string | undefined;
    };
