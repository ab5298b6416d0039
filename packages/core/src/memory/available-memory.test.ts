import { freemem } from "node:os";
import { describe, expect, it } from "vitest";
import { availableMemory, inactiveFile, knownFreeMemory, statPaths } from "./available-memory.ts";

describe("memory that can still be had", () => {
  it("is some, and no more than the machine has", () => {
    expect(availableMemory()).toBeGreaterThan(0);
    expect(knownFreeMemory("cpu") / availableMemory()).toBeCloseTo(1, 1);
    expect(knownFreeMemory("cuda:0")).toBe(Number.POSITIVE_INFINITY);
    expect(availableMemory() / freemem()).toBeLessThan(1.1);
  });

  it("is looked for in the group of the process, then in that of the container", () => {
    expect(statPaths("0::/user.slice/run\n")).toEqual([
      "/sys/fs/cgroup/user.slice/run/memory.stat",
      "/sys/fs/cgroup/memory.stat",
    ]);
    expect(statPaths("0::/\n")[0]).toBe("/sys/fs/cgroup/memory.stat");
    expect(statPaths("9:name=systemd:/\n4:memory:/docker/ab\n1:cpu,cpuacct:/\n")).toEqual([
      "/sys/fs/cgroup/memory/docker/ab/memory.stat",
      "/sys/fs/cgroup/memory/memory.stat",
    ]);
    expect(statPaths("")).toEqual([]);
  });

  it("has what is kept of files that are not in use, with those of groups below", () => {
    expect(inactiveFile("anon 1\ninactive_file 4096\nactive_file 7\n")).toBe(4096);
    expect(inactiveFile("inactive_file 1\ntotal_cache 9\ntotal_inactive_file 8192\n")).toBe(8192);
    expect(inactiveFile("anon 1\n")).toBe(0);
  });
});
