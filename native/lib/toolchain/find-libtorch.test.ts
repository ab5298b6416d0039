import { truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { below, libtorchFiles, surroundings, temporaryFolder, writeTree } from "../../test/toolchain/fixtures.ts";
import { libtorchCache, markEntry } from "./cache.ts";
import { findLibTorch } from "./find-libtorch.ts";
import { libraryName } from "./libtorch.ts";

describe("the user's cache", () => {
  it("lies where each system keeps such things", () => {
    expect(libtorchCache({ HOME: "/home/u" }, "linux")).toBe(join("/home/u", ".cache", "autocircuit", "libtorch"));
    expect(libtorchCache({ XDG_CACHE_HOME: "/c" }, "linux")).toBe(join("/c", "autocircuit", "libtorch"));
    expect(libtorchCache({ HOME: "/u" }, "darwin")).toBe(join("/u", "Library", "Caches", "autocircuit", "libtorch"));
    expect(libtorchCache({ LOCALAPPDATA: "/local" }, "win32")).toBe(join("/local", "autocircuit", "libtorch"));
  });
});

describe("findLibTorch", () => {
  it("takes the environment first, then the cache, then Python", async () => {
    const site = writeTree(temporaryFolder(), {
      ...below("torch", libtorchFiles({ build: "2.12.0+cpu" })),
      "torch/__init__.py": "raise SystemExit('torch must not be imported')",
    });
    const { env, cache } = surroundings({ sitePackages: site });
    const python = await findLibTorch({ env });
    expect(python.libtorch).toMatchObject({ foundBy: "python", version: "2.12.0", path: join(site, "torch") });
    expect(python.looked.map(({ place }) => place)).toEqual(["AUTOCIRCUIT_LIBTORCH", cache]);

    writeTree(cache, below("2.13.0-cpu/torch", libtorchFiles()));
    expect((await findLibTorch({ env })).libtorch).toMatchObject({ foundBy: "cache", version: "2.13.0" });

    env.AUTOCIRCUIT_LIBTORCH = writeTree(temporaryFolder(), libtorchFiles({ build: "2.11.0+cpu" }));
    expect((await findLibTorch({ env })).libtorch).toMatchObject({ foundBy: "environment", version: "2.11.0" });
  });

  it("does not replace a wrong AUTOCIRCUIT_LIBTORCH in silence", async () => {
    const { env, cache } = surroundings();
    writeTree(cache, below("2.13.0-cpu/torch", libtorchFiles()));
    env.AUTOCIRCUIT_LIBTORCH = temporaryFolder();
    await expect(findLibTorch({ env })).rejects.toMatchObject({
      code: "libtorch",
      message: expect.stringMatching(/AUTOCIRCUIT_LIBTORCH is no LibTorch .*has no lib folder.*unset it/),
    });
  });

  it("prefers the pinned version, and honors the kind that was asked for", async () => {
    const { env, cache } = surroundings();
    writeTree(cache, {
      ...below("2.14.0-cpu/torch", libtorchFiles({ build: "2.14.0+cpu" })),
      ...below("2.13.0-cpu/torch", libtorchFiles()),
      ...below("2.12.0-cu130/torch", libtorchFiles({ build: "2.12.0+cu130", cuda: "13.0" })),
    });
    expect((await findLibTorch({ env })).libtorch?.build).toBe("2.13.0+cpu");
    env.AUTOCIRCUIT_LIBTORCH_KIND = "cu130";
    expect((await findLibTorch({ env })).libtorch?.build).toBe("2.12.0+cu130");
    await expect(findLibTorch({ env, variant: "gpu" })).rejects.toThrow(/"gpu" .*use cpu, or cu130/);
  });

  it("passes over a damaged cache folder and says so", async () => {
    const { env, cache } = surroundings();
    const entry = join(cache, "2.13.0-cpu");
    writeTree(entry, below("torch", libtorchFiles()));
    await markEntry(entry, "wheel");
    expect((await findLibTorch({ env })).libtorch?.foundBy).toBe("cache");
    truncateSync(join(entry, "torch", "lib", libraryName("torch_cpu")), 3);
    const { libtorch, looked } = await findLibTorch({ env });
    expect(libtorch).toBeUndefined();
    expect(looked.find(({ place }) => place === entry)?.why).toMatch(/is damaged \(libtorch_cpu.* changed/);
  });

  it("ignores a folder called torch in the working directory", async () => {
    const { env } = surroundings();
    const here = process.cwd();
    onTestFinished(() => process.chdir(here));
    process.chdir(writeTree(temporaryFolder(), { ...below("torch", libtorchFiles()), "torch/__init__.py": "" }));
    const { libtorch, python } = await findLibTorch({ env });
    expect(libtorch).toBeUndefined();
    expect(python?.torch).toBeUndefined();
    expect(python?.version).toMatch(/^3\.\d+\.\d+$/);
  });
});
