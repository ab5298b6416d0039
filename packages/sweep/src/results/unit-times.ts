import { availableParallelism, cpus, hostname, totalmem } from "node:os";
import { version } from "@autocircuit/base";
import { threads, versions } from "@autocircuit/native";

/** How long a unit took, and where: what differs from run to run. */
export interface UnitTimes {
  /** On the wall, in seconds: of the algorithm, of measuring, of loading the model and prompts, and of all. */
  readonly discover: number;
  readonly measure: number;
  readonly load: number;
  readonly seconds: number;
  /** The most memory that the process had resident, in bytes. */
  readonly peakMemoryBytes: number;
  /** When it was done, as ISO 8601 has it. */
  readonly finished: string;
  readonly machine: UnitMachine;
}

/** What a unit ran on. */
export interface UnitMachine {
  readonly host: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly runner: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** This machine. @param runner who ran it: `local`, `queue`, `slurm`, `alone` */
export function unitMachine(runner: string): UnitMachine {
  const { addon, libtorch } = versions();
  return {
    host: hostname(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    threads: threads(),
    runner,
    versions: { autocircuit: version, addon, libtorch, node: process.versions.node },
  };
}
