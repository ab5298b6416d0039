import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { below, libtorchFiles, surroundings, temporaryFolder, writeTree } from "../../test/toolchain/fixtures.ts";
import type { Gpu } from "./cuda/gpus.ts";
import { doctorReport, judge } from "./doctor.ts";
import type { DoctorCheck } from "./doctor-check.ts";
import { NATIVE_ROOT } from "./native-root.ts";

const gpu: Gpu = {
  ...{ name: "NVIDIA H200", uuid: "GPU-1", capability: "9.0", driver: "580.1" },
  ...{ memoryBytes: 141 * 1024 ** 3, freeBytes: 140 * 1024 ** 3 },
};
const byName = (checks: readonly DoctorCheck[], name: string) => checks.find((check) => check.name === name)!;

describe("doctorReport", () => {
  it("names each problem of a bare machine with its fix", async () => {
    const { env } = surroundings();
    const { ok, checks } = await doctorReport({ env, nativeRoot: temporaryFolder() });
    expect(ok).toBe(false);
    expect(byName(checks, "LibTorch")).toMatchObject({
      status: "problem",
      fix: expect.stringMatching(/npx autocircuit setup/),
    });
    expect(byName(checks, "Addon")).toMatchObject({ status: "problem", detail: expect.stringMatching(/not built/) });
    expect(byName(checks, "Node").status).toBe("ok");
    for (const check of checks) if (check.status !== "ok") expect(check.fix, check.name).toBeTruthy();
  });

  it("reports the LibTorch that was found and an addon that does not load", async () => {
    const { env, cache } = surroundings();
    writeTree(cache, below("2.13.0-cpu/torch", libtorchFiles()));
    const nativeRoot = writeTree(temporaryFolder(), { "build/Release/autocircuit.node": "not a library" });
    const { ok, checks, facts } = await doctorReport({ env, nativeRoot });
    expect(ok).toBe(false);
    expect(byName(checks, "LibTorch").detail).toContain(join(cache, "2.13.0-cpu", "torch"));
    expect(byName(checks, "LibTorch").detail).toMatch(/^2\.13\.0\+cpu \(CPU\), by cache/);
    expect(byName(checks, "Addon").detail).toMatch(/does not load/);
    expect(facts.cache.entries).toEqual(["2.13.0-cpu"]);
  });

  it("reports a wrong AUTOCIRCUIT_LIBTORCH instead of failing", async () => {
    const { env } = surroundings();
    env.AUTOCIRCUIT_LIBTORCH = temporaryFolder();
    const { checks } = await doctorReport({ env, nativeRoot: temporaryFolder() });
    expect(byName(checks, "LibTorch").detail).toMatch(/AUTOCIRCUIT_LIBTORCH is no LibTorch/);
  });
});

describe("doctorReport of an addon that is there", () => {
  const addon = process.env.AUTOCIRCUIT_ADDON || join(NATIVE_ROOT, "build", "Release", "autocircuit.node");

  it.each([
    ["AUTOCIRCUIT_CPU", "AVX2", "avx512, avx2 or baseline"],
    ["AUTOCIRCUIT_PRODUCTS", "PANELS", "panels, library or auto"],
  ])(
    "names a wrong %s, its values and what to do, not setup",
    async (variable, value, values) => {
      const env = { ...process.env, AUTOCIRCUIT_ADDON: addon, [variable]: value };
      const { ok, checks } = await doctorReport({ env });
      expect(ok).toBe(false);
      expect(byName(checks, "Addon")).toMatchObject({ status: "ok", detail: expect.stringMatching(/loads in/) });
      const { status, detail, fix } = byName(checks, "Kernels");
      expect(status).toBe("problem");
      expect(detail).toContain(`${variable} is "${value}"`);
      expect(detail).toContain(values);
      expect(fix).toBe("correct it or unset it");
    },
    60_000,
  );
});

describe("judge", () => {
  it("does not ask for compilers where a current addon loads", async () => {
    const { env } = surroundings();
    const { facts } = await doctorReport({ env, nativeRoot: temporaryFolder() });
    const addon = { path: "a", present: true, loads: true, loadMs: 5, stale: [] };
    const compiler = { name: "C++ compiler", fix: "install one" };
    expect(byName(judge({ ...facts, compiler }), "C++ compiler").status).toBe("problem");
    expect(byName(judge({ ...facts, compiler, addon }), "C++ compiler").status).toBe("warn");
    const processor = "avx2: the best that this processor has";
    expect(byName(judge({ ...facts, addon: { ...addon, processor } }), "Kernels").detail).toBe(processor);
    expect(byName(judge({ ...facts, addon: { ...addon, stale: ["x changed"] } }), "Addon").status).toBe("warn");
  });

  it("warns of a GPU that a CPU build leaves idle, and of an old Node", async () => {
    const { env, cache } = surroundings();
    writeTree(cache, below("2.13.0-cpu/torch", libtorchFiles()));
    const { facts } = await doctorReport({ env, nativeRoot: temporaryFolder() });
    const checks = judge({
      ...facts,
      cuda: { ...facts.cuda, gpus: [gpu] },
      machine: { ...facts.machine, node: "18.20.0" },
    });
    expect(byName(checks, "GPU 0")).toMatchObject({ status: "warn", fix: expect.stringContaining("cu130") });
    expect(byName(checks, "Node").status).toBe("problem");
  });
});
