import { cpus, totalmem } from "node:os";

/** What the numbers were measured on. */
export interface MeasuredMachine {
  cpu: string;
  cores: number;
  memoryBytes: number;
  platform: string;
  node: string;
}

/** This machine. */
export function machine(): MeasuredMachine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}
