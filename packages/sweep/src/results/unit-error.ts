import { hostname } from "node:os";
import { AutocircuitError } from "@autocircuit/base";

/** Why a unit failed. */
export interface UnitError {
  /** `code` of an AutocircuitError; `crashed` where the process ended; `error` for any other. */
  readonly kind: string;
  readonly message: string;
  /** How often it failed. */
  readonly attempts: number;
  readonly host: string;
  /** When, as ISO 8601 has it. */
  readonly failed: string;
}

/** What is kept of an error. */
export function unitError(error: unknown): Omit<UnitError, "attempts"> {
  const kind = error instanceof AutocircuitError ? error.code : couldNotAllocate(error) ? "out-of-memory" : "error";
  return failure(kind, error instanceof Error ? error.message : String(error));
}

/** What is kept of a process that ended. */
export function failure(kind: string, message: string): Omit<UnitError, "attempts"> {
  return { kind, message: message.slice(0, 4000), host: hostname(), failed: new Date().toISOString() };
}

/** Whether JavaScript had no memory for an array; what the engine has none for is an AutocircuitError with its code. */
function couldNotAllocate(error: unknown): boolean {
  return error instanceof RangeError && /allocation failed|Invalid array buffer length/i.test(error.message);
}

/** Nothing can be written where results are kept: no fault of the unit, and no other one could be kept either. */
export class CannotKeepError extends Error {
  override readonly name = "CannotKeepError";
}
