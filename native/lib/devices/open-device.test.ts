import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { smallConfig, smallModel, smallWeights } from "../../test/small-model.ts";
import { addon } from "../loader.ts";
import { limitDeviceMemory } from "../runtime.ts";
import { Tensor } from "../tensor.ts";
import { probeProgram } from "../toolchain/cuda/probe.ts";
import { NATIVE_ROOT } from "../toolchain/native-root.ts";
import { Transformer } from "../transformer.ts";
import { compareDevices } from "./compare-devices.ts";
import { loadedLibTorch } from "./loaded-libtorch.ts";
import { adoptCuda } from "./open-cuda.ts";
import { openDevice } from "./open-device.ts";
import { explained } from "./out-of-memory.ts";

// Tests for GPUs are elsewhere; here the addon's LibTorch is the CPU build, or nobody sees a GPU.
addon();
const withoutGpu = loadedLibTorch().kind === "cpu";

describe.skipIf(!withoutGpu)("openDevice with a CPU LibTorch", () => {
  it("says for cuda what is missing, and takes the CPU for auto", async () => {
    const refusal = {
      code: "device",
      message: expect.stringMatching(/is the CPU build and knows no GPU[\s\S]*docs\/cuda\.md/),
    };
    await expect(openDevice("cuda")).rejects.toMatchObject(refusal);
    expect(() => Transformer.create(smallConfig, smallWeights(), { device: "cuda:1" })).toThrow(
      expect.objectContaining(refusal),
    );
    expect(await openDevice("auto")).toMatchObject({ name: "cpu", note: expect.stringMatching(/CPU build/) });
    expect(await openDevice()).toEqual({ name: "cpu", kernels: true });
  });

  it("refuses names that are none", async () => {
    await expect(openDevice("cuad" as "cuda")).rejects.toMatchObject({ code: "bad-input" });
    const create = () => Transformer.create(smallConfig, smallWeights(), { device: "gpu" as "cuda" });
    expect(create).toThrow(/`device` must be a device .*"gpu"/);
  });

  it("limits no memory of what is not open, nor of the CPU", () => {
    expect(() => limitDeviceMemory("cuda:0", 2 ** 30)).toThrow(expect.objectContaining({ code: "device" }));
    expect(() => limitDeviceMemory("cpu", 2 ** 30)).toThrow(/memory of the CPU cannot be limited here/);
    for (const bytes of [-1, 0.5, Number.NaN])
      expect(() => limitDeviceMemory("cuda:0", bytes)).toThrow(expect.objectContaining({ code: "bad-input" }));
  });

  it("lets the probe end with a reason", () => {
    const { status, stdout } = spawnSync(process.execPath, [
      probeProgram(NATIVE_ROOT),
      "/no/libtorch_cuda.so",
      "/no/kernels.so",
    ]);
    expect([status, `${stdout}`.trim()]).toEqual([2, expect.stringMatching(/./)]);
  });
});

describe("openDevice with GPUs", () => {
  const facts = { name: "H100", capability: "9.0", totalBytes: 80, freeBytes: 79 };

  it("knows which are there", async () => {
    adoptCuda({ count: 2, kernels: true, cuda: "13.0", devices: [facts, { ...facts, name: "A100" }] });
    expect(await openDevice("cuda:1")).toEqual({ name: "cuda:1", kernels: true, facts: { ...facts, name: "A100" } });
    expect(await openDevice("auto")).toMatchObject({ name: "cuda:0", facts });
    await expect(openDevice("cuda:7")).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/Device cuda:7 is not there: there are 2 GPUs, cuda:0 to cuda:1/),
    });
    adoptCuda({ count: 1, kernels: false, devices: [] });
    await expect(openDevice("cuda:1")).rejects.toThrow(/there is 1 GPU, cuda:0/);
    adoptCuda({ count: 0, kernels: true, devices: [] });
    await expect(openDevice("cuda")).rejects.toThrow(/Device cuda is not there: there is no GPU/);
  });
});

describe("compareDevices", () => {
  it("finds the CPU equal to itself", async () => {
    expect(await compareDevices("cpu")).toBeUndefined();
  });
});

describe("a transformer", () => {
  it("says where and what it computes in", () => {
    using model = smallModel();
    expect(model).toMatchObject({ device: "cpu", dtype: "float64", tf32: false });
    const create = (options: object) => () => Transformer.create(smallConfig, smallWeights(), options);
    expect(create({ dtype: "int64" })).toThrow(/`dtype` must be one of float32, float64, bfloat16, float16, .*"int64"/);
    expect(create({ tf32: true })).toThrow(/TF32 is a way to compute float32, not float64/);
  });

  it("explains where the memory of a device ended, and nothing else", async () => {
    const ended = Object.assign(new Error("out"), { code: "out-of-memory" });
    expect((await explained(ended, "cpu")).message).toBe("out");
    expect((await explained(new Error("x"), "cuda:0")).message).toMatch(/failed: x/);
    using _ = Tensor.zeros([1]);
    expect(await explained(ended, "cuda:0")).toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/memory of cuda:0 ended.*no limit was set.*`batchSize`.*sliceBytes/s),
    });
  });
});
