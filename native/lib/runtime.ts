import type { MemoryFigures } from "./addon.ts";
import { guard, settle } from "./errors.ts";
import { addon } from "./loader.ts";

/** Memory in use, in bytes, once everything enqueued so far has run. */
export async function memory(): Promise<MemoryFigures> {
  return settle(addon().memory());
}

/** Starts the peaks of {@link memory} anew, once everything enqueued so far has run. */
export async function resetPeak(): Promise<void> {
  return settle(addon().resetPeak());
}

/** Threads that one operation may use. At first LibTorch's choice: one per core, or `OMP_NUM_THREADS`. */
export function threads(): number {
  return addon().threads();
}

/**
 * Sets the threads that one operation may use, for what is called from now on.
 *
 * @throws AutocircuitError "bad-input" unless `count` is a whole number from 1 to 4096.
 */
export async function setThreads(count: number): Promise<void> {
  return settle(guard(() => addon().setThreads(count)));
}

/** Waits until everything enqueued so far has run. */
export async function synchronize(): Promise<void> {
  return settle(addon().synchronize());
}

/** Versions of the addon, of the LibTorch in use, of Node-API, and the compiler that built the addon. */
export function versions(): { addon: string; libtorch: string; napi: string; compiler: string } {
  const { builtWith: _, ...shown } = addon().versions();
  return shown;
}
