import { AutocircuitError } from "@autocircuit/base";
import type { MemoryFigures, ProcessorFacts, ProductsWay, Recordings } from "./addon.ts";
import { guard, settle } from "./addon-errors.ts";
import type { Device } from "./device.ts";
import { addon } from "./loader.ts";

/** Memory in use, in bytes, once everything enqueued so far has run. */
export async function memory(): Promise<MemoryFigures> {
  return settle(addon().memory());
}

/** Tells how often a GPU repeated a pass instead of launching it anew, once everything enqueued so far has run. */
export async function recordings(): Promise<Recordings> {
  return settle(addon().recordings());
}

/** The same in words. */
export function recordingsText({ recorded, replayed, failed, failure }: Recordings): string {
  const done = `${recorded} passes were recorded and repeated ${replayed} times`;
  return failure === undefined ? done : `${done}; ${failed} could not be recorded: ${failure}`;
}

/** Starts the peaks of {@link memory} anew, once everything enqueued so far has run. */
export async function resetPeak(): Promise<void> {
  return settle(addon().resetPeak());
}

/**
 * Sets the most memory that LibTorch may take on a device. Beyond it work fails as if memory had ended.
 *
 * @param device a GPU that was opened, see `openDevice`
 * @param bytes 0 for all there is
 * @throws AutocircuitError "bad-input" for the CPU or a number of bytes that is none; "device" when the device was not opened
 */
export function limitDeviceMemory(device: Device, bytes: number): void {
  if (device === "cpu") {
    throw new AutocircuitError(
      "bad-input",
      "The memory of the CPU cannot be limited here: ask the system to (ulimit, cgroups).",
    );
  }
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new AutocircuitError(
      "bad-input",
      `A limit of ${bytes} bytes cannot be: give a whole number, 0 for no limit.`,
    );
  }
  guard(() => addon().limitDeviceMemory(device, bytes));
  memoryLimits.set(device, bytes);
}

/** Limits that were set, in bytes, for messages. */
const memoryLimits = new Map<Device, number>();

/** @internal The limit that was set for a device, in bytes; undefined for none. */
export function deviceMemoryLimit(device: Device): number | undefined {
  return memoryLimits.get(device) || undefined;
}

/**
 * Threads that one operation may use. At first LibTorch's choice: one per core, or `OMP_NUM_THREADS`.
 *
 * Between operations they sleep, so that several processes share the cores. A process that has them for itself ends sooner with
 * `GOMP_SPINCOUNT=1000` in its environment: threads then wait awake for a moment.
 */
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

/**
 * Sets who multiplies matrices on the CPU, for what is called from now on: this project's `panels`, LibTorch's `library`, or (`auto`) as at
 * the start: what `AUTOCIRCUIT_PRODUCTS` says, else for each product what was measured to be quicker. Only times differ, and the last digits.
 *
 * @throws AutocircuitError "bad-input" for any other way
 */
export async function setProducts(way: ProductsWay): Promise<void> {
  return settle(guard(() => addon().setProducts(way)));
}

/** Waits until everything enqueued so far has run. */
export async function synchronize(): Promise<void> {
  return settle(addon().synchronize());
}

/**
 * Which of this project's kernels compute on the CPU, and why. They are chosen once, here or at the first computation: until then a change of
 * `process.env.AUTOCIRCUIT_CPU` counts.
 *
 * @throws AutocircuitError "bad-input" where `AUTOCIRCUIT_CPU` is none of avx512, avx2 and baseline, or `AUTOCIRCUIT_PRODUCTS` none of panels, library and auto
 */
export function processor(): ProcessorFacts {
  return guard(() => addon().processor());
}

/** Versions of the addon, of the LibTorch in use, of Node-API, and the compiler that built the addon. */
export function versions(): { addon: string; libtorch: string; napi: string; compiler: string } {
  const { builtWith: _, ...shown } = addon().versions();
  return shown;
}
