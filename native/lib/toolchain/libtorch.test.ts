import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { below, libtorchFiles, temporaryFolder, writeTree } from "../../test/toolchain/fixtures.ts";
import { inspectLibTorch, libraryName } from "./libtorch.ts";

describe("inspectLibTorch", () => {
  it("reads the layout of a wheel", () => {
    const path = writeTree(temporaryFolder(), libtorchFiles());
    expect(inspectLibTorch(path, "python").libtorch).toEqual({
      path,
      version: "2.13.0",
      build: "2.13.0+cpu",
      kind: "cpu",
      variant: "cpu",
      layout: "wheel",
      foundBy: "python",
    });
  });

  it("reads the layout of the C++ archive, from the folder around it too", () => {
    const root = writeTree(temporaryFolder(), below("libtorch", libtorchFiles({ layout: "archive" })));
    const { libtorch } = inspectLibTorch(root, "environment");
    expect(libtorch).toMatchObject({ path: join(root, "libtorch"), layout: "archive", version: "2.13.0" });
  });

  it("tells a CUDA build by its library, and its CUDA version by either file", () => {
    const wheel = writeTree(temporaryFolder(), libtorchFiles({ build: "2.12.1+cu126", cuda: "12.6" }));
    expect(inspectLibTorch(wheel, "python").libtorch).toMatchObject({ kind: "cuda", cuda: "12.6", variant: "cu126" });
    const files = libtorchFiles({ build: "2.13.0+cu130", cuda: "13.0", layout: "archive" });
    const archive = writeTree(temporaryFolder(), files);
    expect(inspectLibTorch(archive, "cache").libtorch).toMatchObject({ kind: "cuda", cuda: "13.0", variant: "cu130" });
  });

  it("falls back on the version in the headers", () => {
    const path = writeTree(temporaryFolder(), libtorchFiles());
    rmSync(join(path, "version.py"));
    const header = "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 12\n#define TORCH_VERSION_PATCH 1\n";
    writeTree(path, { "include/torch/headeronly/version.h": header });
    expect(inspectLibTorch(path, "environment").libtorch?.version).toBe("2.12.1");
  });

  it("says what is wrong with a folder that is none", () => {
    const folder = temporaryFolder();
    expect(inspectLibTorch(join(folder, "nowhere"), "cache").problem).toMatch(/nowhere does not exist/);
    expect(inspectLibTorch(folder, "cache").problem).toMatch(/has no lib folder/);
    writeTree(folder, libtorchFiles());
    rmSync(join(folder, "lib", libraryName("c10")));
    expect(inspectLibTorch(folder, "cache").problem).toMatch(/lacks .*c10/);
  });

  it("refuses versions that are not supported", () => {
    const old = writeTree(temporaryFolder(), libtorchFiles({ build: "2.10.0+cpu" }));
    expect(inspectLibTorch(old, "python").problem).toMatch(/is LibTorch 2\.10\.0\+cpu; supported are 2\.11 and newer/);
  });
});
