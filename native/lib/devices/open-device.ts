import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { guard, toAutocircuitError } from "../addon-errors.ts";
import { type CudaName, cudaIndex, type Device, type DeviceName, defaultDevice, parseDevice } from "../device.ts";
import { addon } from "../loader.ts";
import { type OpenedCuda, openCuda, openCudaNow } from "./open-cuda.ts";

/** A device that transformers can run on. */
export interface OpenDevice {
  readonly name: Device;
  /** Whether the kernels of this project do the patching there; on a GPU LibTorch's own operators do without them. */
  readonly kernels: boolean;
  /** Why the CPU was taken for `auto`, or why the kernels are not used. */
  readonly note?: string;
  /** Of a GPU, where the kernels know it. */
  readonly facts?: DeviceFacts;
}

/** What a GPU is. */
export interface DeviceFacts {
  readonly name: string;
  /** Compute capability, such as `9.0`. */
  readonly capability: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

const checkName = signature("openDevice", { name: kind.text });

/**
 * Makes a device ready: on a GPU the CUDA part of LibTorch is loaded, and the library of kernels if one fits this LibTorch, CUDA and GPU and has
 * given the CPU's numbers in a process of its own, which is tried once per machine. Loaders of models and tasks do this by themselves; do it before
 * the first gradient is taken, as LibTorch settles then whether there is a GPU (or set `AUTOCIRCUIT_DEVICE`).
 *
 * @param name default `AUTOCIRCUIT_DEVICE`, else `cpu`
 * @throws AutocircuitError `bad-input` for a name that is none and a GPU that is not there; `device` where CUDA does not work, saying why
 * @example
 * const { name, kernels } = await openDevice("auto");
 * using model = Transformer.create(config, weights, { device: name });
 */
export async function openDevice(name: DeviceName = defaultDevice()): Promise<OpenDevice> {
  checkName({ name });
  const asked = parseDevice(name);
  if (asked === "cpu") return CPU;
  if (asked === "pretend:0") return openPretend();
  if (asked !== "auto") return chosen(asked, await openCuda());
  try {
    return chosen("cuda:0", await openCuda());
  } catch (error) {
    return { ...CPU, note: toAutocircuitError(error).message };
  }
}

/** @internal The same without waiting, and so without kernels where CUDA was not opened before. */
export function openDeviceNow(name: DeviceName = defaultDevice()): Device {
  const asked = parseDevice(name);
  if (asked === "cpu") return "cpu";
  if (asked === "pretend:0") return openPretend().name;
  if (asked !== "auto") return chosen(asked, openCudaNow()).name;
  try {
    return chosen("cuda:0", openCudaNow()).name;
  } catch {
    return "cpu";
  }
}

const CPU: OpenDevice = { name: "cpu", kernels: true };

function openPretend(): OpenDevice {
  const library = process.env.AUTOCIRCUIT_PRETEND_DEVICE!;
  const { kernels } = guard(() => addon().openDevice("library", { library }));
  return { name: "pretend:0", kernels };
}

function chosen(name: CudaName, { native, note }: OpenedCuda): OpenDevice {
  const index = cudaIndex(name);
  if (index >= native.count) {
    const there = counted(native.count);
    throw new AutocircuitError(
      "bad-input",
      `Device ${name} is not there: ${there} (CUDA_VISIBLE_DEVICES may hide others).`,
    );
  }
  const facts = native.devices[index];
  return { name: `cuda:${index}`, kernels: native.kernels, ...(note && { note }), ...(facts && { facts }) };
}

function counted(gpus: number): string {
  if (gpus === 0) return "there is no GPU";
  return gpus === 1 ? "there is 1 GPU, cuda:0" : `there are ${gpus} GPUs, cuda:0 to cuda:${gpus - 1}`;
}
