import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HostTensor } from "./encode.ts";
import { SafetensorsFile } from "./safetensors-file.ts";
import { tensorFromFile } from "./tensor-from-file.ts";
import { writeSafetensors } from "./write.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "autocircuit-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("tensorFromFile", () => {
  it.each<[string, HostTensor]>([
    ["float64", { dtype: "F64", shape: [2], data: Float64Array.of(Math.PI, -1e300) }],
    ["float32", { dtype: "F32", shape: [1, 2], data: Float32Array.of(0.5, -3) }],
    ["float16", { dtype: "F16", shape: [2], data: Float32Array.of(0.5, -3) }],
    ["bfloat16", { dtype: "BF16", shape: [2], data: Float32Array.of(0.5, -3) }],
    ["int64", { dtype: "I64", shape: [2], data: BigInt64Array.of(2n ** 62n, -1n) }],
    ["int32", { dtype: "I32", shape: [], data: Int32Array.of(-7) }],
    ["uint8", { dtype: "U8", shape: [2], data: Uint8Array.of(0, 255) }],
    ["bool", { dtype: "BOOL", shape: [2], data: Uint8Array.of(0, 1) }],
  ])("loads %s as it is stored, and it is written as it was loaded", async (dtype, stored) => {
    const path = join(folder, "m.safetensors");
    await writeSafetensors(path, { stored });
    await using file = await SafetensorsFile.open(path);
    using tensor = await tensorFromFile(file, "stored", { finite: true });
    expect(tensor.dtype).toBe(dtype);
    expect(tensor.shape).toEqual(stored.shape);
    expect(await tensor.data()).toEqual(stored.data);
    const copy = join(folder, "copy.safetensors");
    await writeSafetensors(copy, { stored: tensor });
    await using again = await SafetensorsFile.open(copy);
    expect(await again.read("stored")).toEqual(await file.read("stored"));
  });

  it("refuses what is not finite when asked, naming the place", async () => {
    const path = join(folder, "m.safetensors");
    const bad: HostTensor = { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, 2, Number.NaN, 4) };
    await writeSafetensors(path, { bad });
    await using file = await SafetensorsFile.open(path);
    await expect(tensorFromFile(file, "bad", { finite: true })).rejects.toThrow(
      'm.safetensors: tensor "bad" holds NaN at flat index 2',
    );
    using loaded = await tensorFromFile(file, "bad");
    expect(await loaded.data()).toEqual(bad.data);
  });
});
