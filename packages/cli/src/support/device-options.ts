import type { Command } from "commander";
import { DTYPES } from "./names.ts";
import { oneOf, positiveNumber } from "./parse-options.ts";

/** Options of every command that runs a model, as commander gives them. */
export interface DeviceCommandOptions {
  device?: string;
  dtype?: (typeof DTYPES)[number];
  tf32?: boolean;
  /** GiB */
  deviceMemory?: number;
}

/**
 * Adds the options that say where and in what a model computes.
 *
 * @param dtypes what the command can compute in
 */
export function addDeviceOptions(command: Command, dtypes: readonly (typeof DTYPES)[number][] = DTYPES): Command {
  return command
    .optionsGroup("Device:")
    .option(
      "--device <name>",
      "cpu, cuda, cuda:1, ..., or auto for a GPU where one works (default: AUTOCIRCUIT_DEVICE, else cpu)",
    )
    .option("--dtype <type>", `what to compute in: ${dtypes.join(", ")} (default: float32)`, oneOf(dtypes))
    .option("--tf32", "on a GPU: let float32 products round their factors to 10 bits, which is faster")
    .option("--device-memory <gib>", "the most memory to take on a GPU (default: all there is)", positiveNumber);
}
