import { describe, expect, it } from "vitest";
import { libtorchFiles, temporaryFolder, writeTree } from "../../test/toolchain/fixtures.ts";
import { inspectLibTorch } from "./libtorch.ts";
import { hashSources } from "./sources.ts";
import { buildPaths, currentStamp, readStamp, reasonsToBuild, writeStamp } from "./stamp.ts";

const SOURCES = { "CMakeLists.txt": "project(x)", "src/engine/block.cpp": "int a;", "src/engine/block.h": "int a;" };

describe("hashSources", () => {
  it("sees every C++ file and nothing else", () => {
    const root = writeTree(temporaryFolder(), SOURCES);
    const before = hashSources(root);
    writeTree(root, {
      "src/notes.md": "words",
      "src/engine/block_test.cc": "int test;",
      "lib/index.ts": "export {};",
      "build/stamp.json": "{}",
    });
    expect(hashSources(root)).toBe(before);
    for (const file of ["CMakeLists.txt", "src/engine/block.h", "src/new.cu", "cmake/first.cmake"]) {
      const last = hashSources(root);
      writeTree(root, { [file]: "changed" });
      expect(hashSources(root), file).not.toBe(last);
    }
  });

  it("does not depend on line endings, but on names", () => {
    const unix = writeTree(temporaryFolder(), { "src/a.cpp": "one\ntwo\n" });
    const windows = writeTree(temporaryFolder(), { "src/a.cpp": "one\r\ntwo\r\n" });
    const renamed = writeTree(temporaryFolder(), { "src/b.cpp": "one\ntwo\n" });
    expect(hashSources(windows)).toBe(hashSources(unix));
    expect(hashSources(renamed)).not.toBe(hashSources(unix));
  });
});

describe("stamps", () => {
  it("say why a build is not current", async () => {
    const root = writeTree(temporaryFolder(), { ...SOURCES, "build/Release/autocircuit.node": "" });
    const cpu = inspectLibTorch(writeTree(temporaryFolder(), libtorchFiles()), "cache").libtorch!;
    const files = libtorchFiles({ build: "2.13.0+cu130", cuda: "13.0" });
    const cuda = inspectLibTorch(writeTree(temporaryFolder(), files), "cache").libtorch!;
    expect(reasonsToBuild(readStamp(root), currentStamp(root, cpu))).toEqual(["there is no finished build"]);

    await writeStamp(buildPaths(root).stamp, currentStamp(root, cpu));
    expect(reasonsToBuild(readStamp(root), currentStamp(root, cpu))).toEqual([]);
    expect(reasonsToBuild(readStamp(root), currentStamp(root, cuda))).toEqual([
      "LibTorch is 2.13.0+cu130, the build is for 2.13.0+cpu",
    ]);
    const moved = currentStamp(root, { ...cpu, path: "/elsewhere/torch" });
    expect(reasonsToBuild(readStamp(root), moved)[0]).toMatch(/LibTorch moved from .* to \/elsewhere\/torch/);
    writeTree(root, { "src/engine/block.cpp": "int b;" });
    expect(reasonsToBuild(readStamp(root), currentStamp(root, cpu))).toEqual(["the C++ sources changed"]);
    const arm = { ...readStamp(root)!, platform: "linux-arm64" };
    expect(reasonsToBuild(arm, currentStamp(root, cpu)).join()).toMatch(/the build is for linux-arm64/);
  });

  it("count as none when they are damaged or their addon is gone", () => {
    const damaged = writeTree(temporaryFolder(), { "build/stamp.json": "{", "build/Release/autocircuit.node": "" });
    expect(readStamp(damaged)).toBeUndefined();
    const lonely = writeTree(temporaryFolder(), { "build/stamp.json": '{"sources":"a","libtorch":{"path":"b"}}' });
    expect(readStamp(lonely)).toBeUndefined();
  });
});
