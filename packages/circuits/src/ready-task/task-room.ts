import type { DType } from "@autocircuit/base";
import type { AutoencoderSize } from "@autocircuit/core";
import { requireLoadable } from "@autocircuit/models";
import { computeDTypes, type DeviceName, defaultDevice, type TransformerConfig } from "@autocircuit/native";

/** How much a task's model may take. */
export interface TaskRoom {
  /**
   * Bytes that are free: a model that takes more, or takes more with its autoencoders, is refused before a weight is read. Default on the CPU: what
   * the machine has free, or a container leaves of it; on a GPU nothing is known, and nothing refused. `Infinity`: try all the same.
   */
  readonly free?: number | undefined;
}

/** Where and in what a model is to compute. */
interface Computed extends TaskRoom {
  /** Default {@link defaultDevice}. */
  readonly device?: DeviceName | undefined;
  /** Default float32. One that nothing computes in is refused as the model is loaded. */
  readonly dtype?: DType | undefined;
}

/**
 * Holds that a task's model has room, with the autoencoders that it is to have. Weights count whole: most are processed where their file is mapped
 * to, and what is written there is memory of the process.
 *
 * @param autoencoders undefined where there are none
 * @throws AutocircuitError `out-of-memory`
 */
export function requireRoomToLoad(
  config: TransformerConfig,
  autoencoders: readonly AutoencoderSize[] | undefined,
  { device = defaultDevice(), dtype, free }: Computed,
): void {
  requireLoadable(config, { autoencoders, device, dtype: computeDTypes.find((name) => name === dtype), free });
}
