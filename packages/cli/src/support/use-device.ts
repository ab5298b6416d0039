import {
  type ComputeDType,
  type Device,
  defaultDevice,
  limitDeviceMemory,
  openDevice,
  parseDevice,
  versions,
} from "@autocircuit/native";
import type { DeviceCommandOptions } from "./device-options.ts";
import { synchronously } from "./interrupt.ts";
import { UsageError } from "./usage-error.ts";

/** Where and in what a command computes. */
export interface UsedDevice {
  /** What loaders of models and tasks are told. */
  readonly how: { readonly device: Device; readonly dtype: ComputeDType; readonly tf32: boolean };
  /** The same for results, with the GPU's name where it is known, and why the CPU or LibTorch's own operators do the work if they do. */
  readonly report: DeviceReport;
  /** Memory that may be taken on a GPU, in bytes, where it is known. */
  readonly freeBytes: number | undefined;
}

/** What results say of the device. */
export interface DeviceReport {
  device: Device;
  gpu: string | null;
  dtype: ComputeDType;
  tf32: boolean;
  deviceNote: string | null;
}

/**
 * Opens the device that was asked for and limits its memory.
 *
 * @throws UsageError for options that exclude each other; AutocircuitError `bad-input` or `device`, see `openDevice`
 */
export async function useDevice(options: DeviceCommandOptions): Promise<UsedDevice> {
  const { dtype = "float32", tf32 = false, deviceMemory } = options;
  if (tf32 && dtype !== "float32")
    throw new UsageError(`--tf32 is a way to compute float32, not ${dtype}: leave one of the two out.`);
  // Loads the addon and LibTorch, which holds up everything else.
  await synchronously(() => versions());
  const asked = options.device === undefined ? defaultDevice() : parseDevice(options.device);
  if (deviceMemory !== undefined && asked === "cpu")
    throw new UsageError("--device-memory is for GPUs, and this runs on the CPU: give --device cuda, or leave it out.");
  const { name: device, note, facts } = await openDevice(asked);
  const cap = deviceMemory === undefined ? Number.POSITIVE_INFINITY : Math.round(deviceMemory * 2 ** 30);
  if (device !== "cpu" && Number.isFinite(cap)) limitDeviceMemory(device, cap);
  return {
    how: { device, dtype, tf32 },
    report: { device, gpu: facts?.name ?? null, dtype, tf32, deviceNote: note ?? null },
    freeBytes: facts && Math.min(facts.freeBytes, cap),
  };
}

/** The device in a few words, such as `cuda:0 (NVIDIA H100), bfloat16`. */
export function deviceText({ device, gpu, dtype, tf32 }: DeviceReport): string {
  return `${device}${gpu === null ? "" : ` (${gpu})`}, ${dtype}${tf32 ? " by TF32" : ""}`;
}
