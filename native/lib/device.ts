import { AutocircuitError, type Kind, nearNames } from "@autocircuit/base";

/** A device as one asks for it. `auto` is the first GPU where CUDA works here, else the CPU; `cuda` is `cuda:0`. */
export type DeviceName = "cpu" | "auto" | "cuda" | `cuda:${number}` | Pretend;

/** One GPU as one asks for it. */
export type CudaName = "cuda" | `cuda:${number}`;

/** A device that something runs on. */
export type Device = "cpu" | `cuda:${number}` | Pretend;

/**
 * A device with the CUDA library's kernels and the host's memory, for tests: what holds for a GPU about where tensors must lie holds for
 * it. There where `AUTOCIRCUIT_PRETEND_DEVICE` names its library.
 */
export type Pretend = "pretend:0";

/**
 * The device a text names.
 *
 * @throws AutocircuitError `bad-input` with near names for a text that names none
 * @example
 * parseDevice("cuda:1"); // "cuda:1"
 */
export function parseDevice(text: string): DeviceName {
  if (isDevice(text)) return text;
  const near = nearNames(text, deviceNames);
  const hint =
    near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "There are cpu, cuda, cuda:1 and so on, and auto.";
  throw new AutocircuitError("bad-input", `"${text}" names no device. ${hint}`);
}

function isDevice(text: string): text is DeviceName {
  if (text === "cpu" || text === "auto" || text === "cuda" || /^cuda:(0|[1-9]\d?)$/.test(text)) return true;
  return text === "pretend:0" && Boolean(process.env.AUTOCIRCUIT_PRETEND_DEVICE);
}

/** Names that a misspelt one may have meant. */
const deviceNames = ["cpu", "auto", "cuda", "cuda:0", "cuda:1"];

/** The name of a device, as an option. */
export const deviceName: Kind = {
  what: "a device (cpu, cuda, cuda:1 and so on, or auto)",
  accepts: (value) => typeof value === "string" && isDevice(value),
  names: deviceNames,
};

/**
 * The device for those who ask for none: `AUTOCIRCUIT_DEVICE`, else the CPU.
 *
 * @throws AutocircuitError `bad-input` when the variable names no device
 */
export function defaultDevice(env: NodeJS.ProcessEnv = process.env): DeviceName {
  const named = env.AUTOCIRCUIT_DEVICE;
  if (!named) return "cpu";
  try {
    return parseDevice(named);
  } catch (error) {
    throw new AutocircuitError("bad-input", `AUTOCIRCUIT_DEVICE: ${(error as Error).message}`);
  }
}

/** The number of a GPU: 0 for `cuda`. */
export function cudaIndex(name: CudaName): number {
  return Number(name.slice("cuda:".length) || 0);
}
