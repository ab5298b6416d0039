import { AutocircuitError } from "@autocircuit/base";
import { toAutocircuitError } from "../addon-errors.ts";
import type { Device } from "../device.ts";
import { deviceMemoryLimit, memory } from "../runtime.ts";

/**
 * The error of work on a device; where its memory ended, with what was used and what to lower. Other errors stay as they are.
 */
export async function explained(error: unknown, device: Device): Promise<AutocircuitError> {
  const known = toAutocircuitError(error);
  if (known.code !== "out-of-memory" || device === "cpu") return known;
  const { deviceBytes, peakDeviceBytes } = await memory();
  const limit = deviceMemoryLimit(device);
  const cap = limit === undefined ? "no limit was set" : `the limit is ${gibibytes(limit)} (\`limitDeviceMemory\`)`;
  return new AutocircuitError(
    "out-of-memory",
    `The memory of ${device} ended: ${gibibytes(deviceBytes)} are in use, at most ${gibibytes(peakDeviceBytes)} were, and ${cap}. Run fewer ` +
      "prompts at once (`batchSize`, or `sliceBytes` of the model), fewer circuits at once (`largestBatch: 1`), or a smaller `dtype`.",
    { cause: error },
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
