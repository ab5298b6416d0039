import type { CircuitRun } from "@autocircuit/core";

/** What a metric needs of a circuit's run: its size and its logits, one tensor a batch. */
export type MeasuredRun = Pick<CircuitRun, "size" | "logits">;
