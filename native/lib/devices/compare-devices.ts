import type { Device } from "../device.ts";
import { probeCase } from "./probe-case.ts";

/** Largest difference that counts as the same, as a share of the largest number. */
const TOLERANCE = 1e-3;

/**
 * Runs the probe's case on the CPU and on a device.
 *
 * @returns what differs; undefined when everything agrees
 */
export async function compareDevices(device: Device): Promise<string | undefined> {
  const [expected, found] = [await probeCase("cpu"), await probeCase(device)];
  for (const [name, values] of Object.entries(expected)) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = values.reduce((most, value, i) => Math.max(most, distance(value, found[name]![i]!)), 0);
    if (difference > TOLERANCE * largest) {
      return `${name} on ${device} differ from the CPU's by ${difference.toExponential(1)}, of at most ${largest.toExponential(1)}`;
    }
  }
  return undefined;
}

function distance(a: number, b: number): number {
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}
