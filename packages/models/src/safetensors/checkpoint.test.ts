import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Checkpoint } from "./checkpoint.ts";
import { decode } from "./decode.ts";
import type { HostTensor } from "./encode.ts";
import { SafetensorsFile } from "./safetensors-file.ts";
import { writeSafetensors } from "./write.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "autocircuit-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const everyType: Record<string, HostTensor> = {
  truth: { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
  byte: { dtype: "U8", shape: [1, 1], data: Uint8Array.of(200) },
  half: { dtype: "F16", shape: [2], data: Float32Array.of(0.5, -3) },
  brain: { dtype: "BF16", shape: [2], data: Float32Array.of(0.5, -3) },
  float: { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, 2, 3, Number.NaN) },
  double: { dtype: "F64", shape: [], data: Float64Array.of(Math.PI) },
  long: { dtype: "I64", shape: [1], data: BigInt64Array.of(-(2n ** 62n)) },
  int: { dtype: "I32", shape: [0, 4], data: new Int32Array(0) },
};

describe("writeSafetensors", () => {
  it("writes every type so that it can be read back", async () => {
    const path = join(folder, "all.safetensors");
    await writeSafetensors(path, everyType, { step: "7" });
    await using file = await SafetensorsFile.open(path);
    expect(file.metadata).toEqual({ step: "7" });
    for (const [name, { dtype, shape, data }] of Object.entries(everyType)) {
      expect(file.info(name)).toMatchObject({ dtype, shape });
      expect(decode(await file.read(name), dtype)).toEqual(data);
    }
    for (const { byteOffset, bytes, shape } of file.tensors.values()) {
      const element = bytes / shape.reduce((size, n) => size * n, 1);
      if (bytes > 0) expect(byteOffset % element).toBe(0);
    }
  });

  it("leaves the old file and no other when it fails", async () => {
    const path = join(folder, "m.safetensors");
    await writeSafetensors(path, { a: everyType.float! });
    const before = await readFile(path);
    const short = { dtype: "F32", shape: [3], data: Float32Array.of(1) } as const;
    await expect(writeSafetensors(path, { a: short })).rejects.toThrow("a: shape [3] needs 3 values, got 1");
    const wrong = { dtype: "F64", shape: [1], data: Float32Array.of(1) } as const;
    await expect(writeSafetensors(path, { a: wrong })).rejects.toThrow("a: Float32Array cannot be written as F64");
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(folder)).toEqual(["m.safetensors"]);
  });
});

describe("SafetensorsFile", () => {
  it("names a missing file and a missing tensor", async () => {
    const path = join(folder, "m.safetensors");
    await expect(SafetensorsFile.open(path)).rejects.toThrow(/m\.safetensors: does not exist/);
    await writeSafetensors(path, {});
    await using file = await SafetensorsFile.open(path);
    expect(() => file.info("a")).toThrow('holds no tensor "a"');
  });

  it("refuses a truncated file when opening, and one truncated later when reading", async () => {
    const path = join(folder, "m.safetensors");
    await writeSafetensors(path, { a: everyType.float! });
    await using file = await SafetensorsFile.open(path);
    await truncate(path, (await readFile(path)).length - 3);
    await expect(file.read("a")).rejects.toThrow("ends 3 bytes too early");
    await expect(SafetensorsFile.open(path)).rejects.toThrow("Truncated download?");
    await truncate(path, 5);
    await expect(SafetensorsFile.open(path)).rejects.toThrow("not a safetensors file");
  });
});

describe("Checkpoint", () => {
  const index = (weight_map: unknown) =>
    writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify({ metadata: {}, weight_map }));

  it("finds tensors over shards", async () => {
    await writeSafetensors(join(folder, "one.safetensors"), { a: everyType.float!, b: everyType.long! });
    await writeSafetensors(join(folder, "two.safetensors"), { c: everyType.half! });
    await index({ a: "one.safetensors", b: "one.safetensors", c: "two.safetensors" });
    await using checkpoint = await Checkpoint.open(folder);
    expect(checkpoint.names().sort()).toEqual(["a", "b", "c"]);
    expect(checkpoint.info("c").dtype).toBe("F16");
    expect(checkpoint.file("c").path).toBe(join(folder, "two.safetensors"));
    expect(() => checkpoint.info("d")).toThrow('holds no tensor "d"');
  });

  it("finds what the index forgot, unless two shards hold it", async () => {
    await writeSafetensors(join(folder, "one.safetensors"), { a: everyType.float!, b: everyType.long! });
    await writeSafetensors(join(folder, "two.safetensors"), { a: everyType.half!, c: everyType.half! });
    await index({ a: "one.safetensors", c: "two.safetensors" });
    await using checkpoint = await Checkpoint.open(folder);
    expect(checkpoint.names().sort()).toEqual(["a", "b", "c"]);
    expect(checkpoint.file("a").path).toBe(join(folder, "one.safetensors"));
    await index({ b: "one.safetensors", c: "two.safetensors" });
    await expect(Checkpoint.open(folder)).rejects.toThrow(
      /two\.safetensors: holds tensor "a", and so does .*one\.safetensors; the index names neither/,
    );
  });

  it("says what a folder without safetensors lacks", async () => {
    await expect(Checkpoint.open(folder)).rejects.toThrow(
      "neither model.safetensors nor model.safetensors.index.json.",
    );
    await writeFile(join(folder, "pytorch_model.bin"), "");
    await expect(Checkpoint.open(folder)).rejects.toThrow("Pickled weights (pytorch_model.bin) are not read");
  });

  it("says that the index is missing where shards are there", async () => {
    await writeFile(join(folder, "pytorch_model.bin"), "");
    for (const name of ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]) {
      await writeSafetensors(join(folder, name), {});
    }
    const error = await Checkpoint.open(folder).catch((error: Error) => error);
    expect(error).toMatchObject({ code: "not-found" });
    expect((error as Error).message).toContain(
      "has model-00001-of-00002.safetensors, model-00002-of-00002.safetensors, but neither model.safetensors nor model.safetensors.index.json",
    );
  });

  it("knows pointers of Git LFS, of weights and of the index", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 34\n";
    await writeFile(join(folder, "model.safetensors"), pointer);
    await expect(Checkpoint.open(folder)).rejects.toThrow(
      /is not safetensors: it is a Git LFS pointer.*`git lfs pull`/,
    );
    await rm(join(folder, "model.safetensors"));
    await writeFile(join(folder, "model.safetensors.index.json"), pointer);
    await expect(Checkpoint.open(folder)).rejects.toThrow(/index\.json: is not JSON: it is a Git LFS pointer/);
  });

  it.each([
    ["../one.safetensors"],
    ["/etc/one.safetensors"],
    ["..\\one.safetensors"],
    ["sub/one.safetensors"],
    ["one.bin"],
    [3],
  ])("refuses an index that names %s", async (file) => {
    await writeSafetensors(join(folder, "one.safetensors"), { a: everyType.float! });
    await index({ a: file });
    await expect(Checkpoint.open(folder)).rejects.toThrow(
      `tensor "a": file ${JSON.stringify(file)} is not the name of a .safetensors file in this folder`,
    );
  });

  it("refuses an index that is not one, or does not agree with the shards", async () => {
    const tensors = { a: everyType.float!, b: everyType.long! };
    await writeSafetensors(join(folder, "one.safetensors"), tensors);
    await index(["one.safetensors"]);
    await expect(Checkpoint.open(folder)).rejects.toThrow("has no `weight_map` object");
    await index({});
    await expect(Checkpoint.open(folder)).rejects.toThrow("`weight_map` is empty");
    await index({ a: "one.safetensors", b: "one.safetensors", c: "one.safetensors" });
    await expect(Checkpoint.open(folder)).rejects.toThrow('places tensor "c" in');
    await index({ a: "one.safetensors", b: "one.safetensors", c: "two.safetensors" });
    await expect(Checkpoint.open(folder)).rejects.toThrow("two.safetensors: does not exist");
  });
});
