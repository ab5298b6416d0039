import { run } from "../run.ts";

/** A graphics processor, as NVIDIA's driver names it. */
export interface Gpu {
  readonly name: string;
  readonly uuid: string;
  /** Compute capability, such as `9.0`. */
  readonly capability: string;
  readonly memoryBytes: number;
  readonly freeBytes: number;
  /** Version of the driver. */
  readonly driver: string;
}

/** What NVIDIA's driver says of this machine. */
export interface Gpus {
  readonly gpus: readonly Gpu[];
  /** The newest CUDA that the driver runs, such as `13.0`. */
  readonly driverCuda?: string;
}

const FIELDS = ["name", "uuid", "compute_cap", "memory.total", "memory.free", "driver_version"];

/** Asks nvidia-smi; where it is not there or does not answer, there are no GPUs. */
export async function findGpus(env: NodeJS.ProcessEnv = process.env): Promise<Gpus> {
  const query = [`--query-gpu=${FIELDS.join(",")}`, "--format=csv,noheader,nounits"];
  const listed = await run("nvidia-smi", query, { env, timeoutMs: 20_000 });
  if (listed.code !== 0) return { gpus: [] };
  const banner = await run("nvidia-smi", [], { env, timeoutMs: 20_000 });
  const driverCuda = /CUDA(?: \w+)? Version\s*:\s*(\d+\.\d+)/.exec(banner.stdout)?.[1];
  return { gpus: listed.stdout.split("\n").flatMap(gpuOf), ...(driverCuda === undefined ? {} : { driverCuda }) };
}

function gpuOf(line: string): Gpu[] {
  const parts = line.split(",").map((part) => part.trim());
  if (parts.length !== FIELDS.length) return [];
  const [name, uuid, capability, total, free, driver] = parts as [string, string, string, string, string, string];
  const bytes = (mebibytes: string) => (Number(mebibytes) || 0) * 1024 ** 2;
  return [{ name, uuid, capability, memoryBytes: bytes(total), freeBytes: bytes(free), driver }];
}

/**
 * The GPUs that CUDA shows a program: `CUDA_VISIBLE_DEVICES` names some of them by number or by the start of their UUID, and the first
 * that does not exist hides those after it.
 */
export function visibleGpus(gpus: readonly Gpu[], env: NodeJS.ProcessEnv = process.env): readonly Gpu[] {
  const named = env.CUDA_VISIBLE_DEVICES;
  if (named === undefined) return gpus;
  const visible: Gpu[] = [];
  for (const name of named.split(",").map((part) => part.trim())) {
    const gpu = /^\d+$/.test(name) ? gpus[Number(name)] : gpus.find(({ uuid }) => name !== "" && uuid.startsWith(name));
    if (gpu === undefined) break;
    visible.push(gpu);
  }
  return visible;
}
