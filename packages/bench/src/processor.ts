import { existsSync, readFileSync } from "node:fs";
import { machine } from "./machine.ts";

/** What decides how fast sums are: the make of the processor, and its widest instructions. */
export interface Processor {
  /** `AMD EPYC (Zen 3)`. */
  name: string;
  instructions: "AVX-512" | "AVX2" | "NEON" | "baseline";
  cores: number;
}

/** This machine's processor, told by what the system says of it. */
export function processor(): Processor {
  const { cpu, cores } = machine();
  const file = "/proc/cpuinfo";
  const facts = existsSync(file) ? readFileSync(file, "utf8").split("\n\n")[0]! : "";
  return { ...readProcessor(cpu, facts, process.arch), cores };
}

/**
 * @param cpu name that the system gives
 * @param facts first entry of `/proc/cpuinfo`, or "" where there is none
 */
export function readProcessor(cpu: string, facts: string, arch: string): Pick<Processor, "name" | "instructions"> {
  const fact = (key: string) => new RegExp(`^${key}\\s*:\\s*(.*)$`, "m").exec(facts)?.[1] ?? "";
  const flags = new Set(fact("flags").split(" "));
  const wide = flags.has("avx512f") ? "AVX-512" : flags.has("avx2") ? "AVX2" : "baseline";
  const instructions = arch === "arm64" ? "NEON" : wide;
  const zen =
    fact("vendor_id") === "AuthenticAMD" ? zenOf(Number(fact("cpu family")), Number(fact("model"))) : undefined;
  const plain = cpu.replaceAll(/\((?:R|TM)\)/gi, "").replaceAll(/\s+/g, " ");
  return { name: zen === undefined ? plain : `${plain} (${zen})`, instructions };
}

/** Names of servers often hide the generation; family and model tell it. */
function zenOf(family: number, model: number): string | undefined {
  if (family === 23) return model >= 0x30 ? "Zen 2" : "Zen";
  if (family === 25) return (model >= 0x10 && model <= 0x1f) || model >= 0x60 ? "Zen 4" : "Zen 3";
  return family === 26 ? "Zen 5" : undefined;
}
