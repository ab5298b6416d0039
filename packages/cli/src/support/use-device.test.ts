import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDevice } from "@autocircuit/native";
import { afterEach, describe, expect, it, vi } from "vitest";
import { run } from "../../test/run-program.ts";
import { deviceText, useDevice } from "./use-device.ts";

afterEach(() => void vi.unstubAllEnvs());

const hasGpu = (await openDevice("auto")).name !== "cpu";
const onCpu = { device: "cpu", gpu: null, dtype: "float32", tf32: false, deviceNote: null } as const;

describe("useDevice", () => {
  it("is the CPU in float32 unless something else is asked for", async () => {
    vi.stubEnv("AUTOCIRCUIT_DEVICE", "");
    expect((await useDevice({})).report).toEqual(onCpu);
    expect((await useDevice({ device: "cpu", dtype: "bfloat16" })).how).toEqual({
      device: "cpu",
      dtype: "bfloat16",
      tf32: false,
    });
  });

  it.skipIf(hasGpu)("takes the CPU for auto where there is no GPU, and says why", async () => {
    vi.stubEnv("AUTOCIRCUIT_DEVICE", "auto");
    const { report } = await useDevice({ deviceMemory: 4 });
    expect(report).toEqual({ ...onCpu, deviceNote: expect.stringMatching(/GPU/) });
  });

  it("refuses what excludes each other", async () => {
    await expect(useDevice({ tf32: true, dtype: "float64" })).rejects.toThrow(/--tf32 is a way to compute float32/);
    await expect(useDevice({ device: "cpu", deviceMemory: 1 })).rejects.toThrow(/--device-memory is for GPUs/);
    await expect(useDevice({ device: "cud" })).rejects.toMatchObject({ code: "bad-input" });
  });

  it("is told in a few words", () => {
    expect(deviceText(onCpu)).toBe("cpu, float32");
    expect(deviceText({ ...onCpu, device: "cuda:1", gpu: "H100", tf32: true })).toBe("cuda:1 (H100), float32 by TF32");
  });
});

describe("commands on a device", () => {
  it.skipIf(hasGpu).each([
    ["discover", "tracr-reverse"],
    ["measure", "tracr-reverse", "--scores", "SCORES"],
  ])("%s ends with what is missing for a GPU", async (...args) => {
    const folder = mkdtempSync(join(tmpdir(), "device-"));
    try {
      const json = join(folder, "found.json");
      const found = await run(["discover", "tracr-reverse", "--device", "cpu", "--out", folder, "--json", json]);
      expect([found.code, found.out]).toEqual([0, expect.stringMatching(/ s on cpu, float32, peak memory/)]);
      expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject(onCpu);
      const scores = join(folder, "scores.safetensors");
      const { code, err } = await run([...args.map((arg) => (arg === "SCORES" ? scores : arg)), "--device", "cuda"]);
      expect([code, err]).toEqual([1, expect.stringMatching(/GPU/)]);
      expect(err.trim().split("\n").length).toBeLessThanOrEqual(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
