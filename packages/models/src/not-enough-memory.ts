import { AutocircuitError, formatBytes } from "@autocircuit/base";
import type { DeviceName } from "@autocircuit/native";

/** Memory that is free, and where. */
export interface FreeMemory {
  /** In bytes. */
  readonly free: number;
  readonly device: DeviceName;
}

/** `64.0 GiB are free on cuda:1`. */
export function freeText({ free, device }: FreeMemory): string {
  return `${formatBytes(free)} are free${whereText(device)}`;
}

/** ` on cuda:1`; nothing for the machine's own memory. */
export function whereText(device: DeviceName): string {
  return device === "cpu" ? "" : ` on ${device}`;
}

/**
 * The error for what needs more memory than is free, before any of it is begun.
 *
 * @param needs what takes how much
 * @param advice what to do, with options in backticks
 */
export function notEnoughMemory(needs: string, there: FreeMemory, advice: string): AutocircuitError {
  return new AutocircuitError(
    "out-of-memory",
    `Not enough memory: ${needs}, but only ${freeText(there)}. ${advice} To go on whatever is foretold, give \`free: Infinity\`.`,
    { reason: "memory-foretold" },
  );
}
