import { AutocircuitError } from "@autocircuit/base";
import { CannotKeepError } from "../results/unit-error.ts";
import type { WorkerReport } from "./messages.ts";

/** The error for which a worker process said that the run has to end. */
export function stopError({ message, code, system }: Extract<WorkerReport, { type: "stop" }>): Error {
  if (code === "bad-input" || code === "bad-file") return new AutocircuitError(code, message);
  return new CannotKeepError(message, { cause: Object.assign(new Error(message), system && { code: system }) });
}
