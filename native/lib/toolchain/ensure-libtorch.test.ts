import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  below,
  libtorchFiles,
  surroundings,
  temporaryFolder,
  writeTree,
  writeZip,
} from "../../test/toolchain/fixtures.ts";
import { archiveUrl } from "./archive.ts";
import { ensureLibTorch } from "./ensure-libtorch.ts";
import { libraryName } from "./libtorch.ts";
import { wheelSources } from "./wheel.ts";

function torchWheel(build = "2.13.0+cpu", cuda?: string): string {
  return writeZip(join(temporaryFolder(), `torch-${build}-cp312-cp312-linux_x86_64.whl`), {
    ...below("torch", libtorchFiles({ build, ...(cuda === undefined ? {} : { cuda }) })),
    "torch/share/cmake/Torch/TorchConfig.cmake": "",
    "torch/nn/modules/linear.py": "not wanted",
    "torchgen/model.py": "not wanted",
  });
}

async function serve(file: string): Promise<string> {
  const server = createServer((_request, response) => response.end(readFileSync(file)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/libtorch.zip`;
}

const lines = (file: string) => readFileSync(file, "utf8").trim().split("\n");

describe("ensureLibTorch with the wheel", () => {
  it("installs once for many callers, and keeps only what C++ needs", async () => {
    const { env, cache, pipLog } = surroundings({ wheels: [torchWheel()] });
    const said: string[] = [];
    const all = await Promise.all([1, 2, 3].map(() => ensureLibTorch({ env, onLine: (line) => said.push(line) })));
    expect(all.map(({ foundBy }) => foundBy).sort()).toEqual(["cache", "cache", "wheel"]);
    expect(new Set(all.map(({ path }) => path))).toEqual(new Set([join(cache, "2.13.0-cpu", "torch")]));
    expect(lines(pipLog)).toHaveLength(1);
    // Two wait, unless one of them comes when the first is done.
    expect(said.filter((line) => line.startsWith("waiting for process")).length).toBeOneOf([1, 2]);
    expect(readdirSync(cache)).toEqual(["2.13.0-cpu"]);
    expect(readdirSync(join(cache, "2.13.0-cpu")).sort()).toEqual(["autocircuit.json", "torch"]);
    expect(readdirSync(join(cache, "2.13.0-cpu", "torch")).sort()).toEqual(["include", "lib", "share", "version.py"]);
  });

  it("replaces a damaged install, and what a killed one left behind", async () => {
    const { env, cache, pipLog } = surroundings({ wheels: [torchWheel()] });
    const { path } = await ensureLibTorch({ env });
    truncateSync(join(path, "lib", libraryName("c10")), 1);
    writeTree(cache, { ".install-2.13.0-cpu-x/torch/lib/half": "" });
    expect((await ensureLibTorch({ env })).foundBy).toBe("wheel");
    expect(readFileSync(join(path, "lib", libraryName("c10")), "utf8")).toBe("library c10");
    expect(lines(pipLog)).toHaveLength(2);
    expect(readdirSync(cache)).toEqual(["2.13.0-cpu"]);
  });

  it("leaves nothing of an install that fails, and names every place it tried", async () => {
    const { env, cache } = surroundings();
    const failed = ensureLibTorch({ env });
    await expect(failed).rejects.toMatchObject({
      code: "libtorch",
      message: expect.stringMatching(
        /archive of PyTorch: skipped, AUTOCIRCUIT_LIBTORCH_SHA256 is not set[\s\S]*No matching distribution[\s\S]*Do one of these/,
      ),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  it("refuses a wheel that is no whole zip, or another build than asked for", async () => {
    const broken = torchWheel();
    truncateSync(broken, 200);
    const first = surroundings({ wheels: [broken] });
    await expect(ensureLibTorch({ env: first.env })).rejects.toThrow(/Could not unpack .*not a zip file/);
    const second = surroundings({ wheels: [torchWheel("2.13.0+cu126", "12.6")] });
    await expect(ensureLibTorch({ env: second.env })).rejects.toThrow(/it is cu126, wanted is cpu/);
    expect([...readdirSync(first.cache), ...readdirSync(second.cache)]).toEqual([]);
  });

  it("takes the CUDA libraries along for a CUDA build", async () => {
    const nvidia = writeZip(join(temporaryFolder(), "nvidia_cublas-13.0-py3-none-linux_x86_64.whl"), {
      "nvidia/cu13/lib/libcublas.so.13": "",
    });
    const other = writeZip(join(temporaryFolder(), "sympy-1-py3-none-any.whl"), { "sympy/__init__.py": "" });
    const { env, cache, pipLog } = surroundings({ wheels: [torchWheel("2.13.0+cu130", "13.0"), nvidia, other] });
    const libtorch = await ensureLibTorch({ env, variant: "cu130" });
    expect(libtorch).toMatchObject({ kind: "cuda", cuda: "13.0" });
    expect(existsSync(join(cache, "2.13.0-cu130", "nvidia", "cu13", "lib", "libcublas.so.13"))).toBe(true);
    expect(existsSync(join(cache, "2.13.0-cu130", "sympy"))).toBe(false);
    expect(lines(pipLog)[0]).not.toContain("--no-deps");
  });

  it("asks for the exact build, and for the plain one only where that is a CPU build", () => {
    expect(wheelSources("2.13.0", "cpu", "linux").map(([name]) => name)).toEqual([
      "torch==2.13.0+cpu",
      "torch==2.13.0+cpu",
    ]);
    expect(wheelSources("2.13.0", "cpu", "darwin")[0]).toEqual(["torch==2.13.0"]);
  });
});

describe("ensureLibTorch with the archive", () => {
  function archive(): { file: string; sha256: string } {
    const files = below("libtorch", libtorchFiles({ layout: "archive" }));
    const file = writeZip(join(temporaryFolder(), "libtorch.zip"), files);
    return { file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
  }

  it("installs it when the checksum agrees", async () => {
    const { file, sha256 } = archive();
    const { env, cache } = surroundings();
    Object.assign(env, { AUTOCIRCUIT_LIBTORCH_URL: await serve(file), AUTOCIRCUIT_LIBTORCH_SHA256: sha256 });
    expect(await ensureLibTorch({ env })).toMatchObject({ foundBy: "archive", layout: "archive" });
    expect(readdirSync(join(cache, "2.13.0-cpu")).sort()).toEqual(["autocircuit.json", "torch"]);
  });

  it("falls back on the wheel when it does not, or when the server is not there", async () => {
    const { file } = archive();
    for (const url of [await serve(file), "http://127.0.0.1:1/libtorch.zip"]) {
      const { env } = surroundings({ wheels: [torchWheel()] });
      Object.assign(env, { AUTOCIRCUIT_LIBTORCH_URL: url, AUTOCIRCUIT_LIBTORCH_SHA256: "0".repeat(64) });
      const said: string[] = [];
      expect((await ensureLibTorch({ env, onLine: (line) => said.push(line) })).foundBy).toBe("wheel");
      expect(said.join("\n")).toMatch(/archive of PyTorch: (.* has the SHA-256 |Could not reach )/);
    }
  });

  it("knows the official addresses, and where there is none", () => {
    expect(archiveUrl("2.13.0", "cpu", "linux", "x64")).toMatch(/cpu\/libtorch-shared-with-deps-2\.13\.0%2Bcpu\.zip$/);
    expect(archiveUrl("2.13.0", "cpu", "darwin", "arm64")).toMatch(/libtorch-macos-arm64-2\.13\.0\.zip$/);
    expect(archiveUrl("2.13.0", "cpu", "linux", "arm64")).toBeUndefined();
  });
});
