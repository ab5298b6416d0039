import { readFileSync } from "node:fs";
import { freemem } from "node:os";

/**
 * Memory of this machine, or of the container, that can still be had, in bytes. Containers count what the system keeps of files that were read
 * as used; it goes where memory is wanted, and so is counted as free here, as it is on a machine without a limit.
 */
export function availableMemory(): number {
  const free = freemem();
  const available = process.availableMemory?.() ?? free;
  return available < free ? Math.min(free, available + keptOfFiles()) : available;
}

/** What is free on a device as far as that is known, in bytes: {@link availableMemory} on the CPU, without an end on a GPU. */
export function knownFreeMemory(device: string): number {
  return device === "cpu" ? availableMemory() : Number.POSITIVE_INFINITY;
}

/** What the container of this process keeps of files that are not in use, in bytes; 0 where that is not to be seen. */
function keptOfFiles(): number {
  for (const path of statPaths(textOf("/proc/self/cgroup"))) {
    const stat = textOf(path);
    if (stat !== "") return inactiveFile(stat);
  }
  return 0;
}

/** Where the kernel says what memory a process' container has, by what `/proc/self/cgroup` says: of its own, then of the whole container. */
export function statPaths(groups: string): string[] {
  const of = (controller: RegExp) =>
    groups
      .split("\n")
      .find((line) => controller.test(line))
      ?.replace(/^[^:]*:[^:]*:/, "");
  const folders = [
    ["/sys/fs/cgroup/memory", of(/^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:/)],
    ["/sys/fs/cgroup", of(/^0::/)],
  ] as const;
  return folders.flatMap(([root, path]) =>
    path === undefined ? [] : [`${root}${path === "/" ? "" : path}/memory.stat`, `${root}/memory.stat`],
  );
}

/** Bytes of files that `memory.stat` says are kept and not in use: of a group and those below it, in both versions of the kernel's groups. */
export function inactiveFile(stat: string): number {
  const bytes = /^total_inactive_file (\d+)$/m.exec(stat) ?? /^inactive_file (\d+)$/m.exec(stat);
  return bytes ? Number(bytes[1]) : 0;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
