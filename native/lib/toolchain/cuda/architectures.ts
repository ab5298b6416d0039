import { AutocircuitError } from "@autocircuit/base";
import type { Gpu } from "./gpus.ts";
import type { Nvcc } from "./nvcc.ts";

/** What is compiled for where no GPU says otherwise: A100 and H100, and by their intermediate code everything newer. */
export const USUAL_ARCHITECTURES: readonly string[] = ["80", "90"];

/**
 * The architectures to compile for: those asked for, else those of the machine's GPUs, else the usual ones. Written as CMake has them,
 * `90` for compute capability 9.0; ascending, each once.
 *
 * @throws AutocircuitError `bad-input` for one that is misspelt or that this nvcc does not know
 */
export function chooseArchitectures(asked: readonly string[], gpus: readonly Gpu[], nvcc: Nvcc): string[] {
  const own = gpus.map(({ capability }) => capability.replace(".", "")).filter((name) => /^\d+$/.test(name));
  const chosen = asked.length > 0 ? asked.map(parse) : own.length > 0 ? own : USUAL_ARCHITECTURES;
  const unknown = chosen.find((name) => nvcc.architectures.length > 0 && !nvcc.architectures.includes(name));
  if (unknown !== undefined) {
    throw new AutocircuitError(
      "bad-input",
      `nvcc ${nvcc.version} does not compile for architecture ${unknown}. It knows ${nvcc.architectures.join(", ")}.`,
    );
  }
  return [...new Set(chosen)].sort((a, b) => Number(a) - Number(b));
}

function parse(text: string): string {
  const match = /^(?:sm_|compute_)?(\d{1,2})\.?(\d)$/.exec(text.trim());
  if (match) return `${match[1]}${match[2]}`;
  throw new AutocircuitError(
    "bad-input",
    `"${text}" is no GPU architecture. Give its compute capability, such as 80 (A100), 89 (RTX 40), 90 (H100) or 120 (RTX 50).`,
  );
}

/**
 * Whether code for these architectures runs on a GPU. Machine code runs where the major number is the same and the minor one not smaller;
 * the intermediate code that stands beside it is translated by the driver for every newer GPU.
 *
 * @param capability such as `9.0`
 */
export function runsOn(architectures: readonly string[], capability: string): boolean {
  const gpu = Number(capability.replace(".", ""));
  return architectures.some((name) => Number(name) <= gpu);
}
