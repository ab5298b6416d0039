import { describe, expect, it } from "vitest";
import { cudaStamp } from "../../../test/toolchain/cuda-fixtures.ts";
import type { LibTorch } from "../libtorch.ts";
import { cudaChecks } from "./checks.ts";
import type { CudaFacts } from "./facts.ts";
import { cudaPaths } from "./library.ts";

const libtorch: LibTorch = {
  ...{ path: "/opt/torch", version: "2.14.1", build: "2.14.1+cu130", kind: "cuda", cuda: "13.0", variant: "cu130" },
  ...{ layout: "wheel", foundBy: "addon" },
};
const gpu = {
  ...{ name: "NVIDIA H100", uuid: "GPU-1", capability: "9.0", driver: "580.95" },
  ...{ memoryBytes: 80 * 2 ** 30, freeBytes: 79 * 2 ** 30 },
};
const nvcc = { command: "/usr/local/cuda/bin/nvcc", version: "13.0", architectures: [], foundBy: "PATH" };
const bare: CudaFacts = { gpus: [], compiler: { problem: "No nvcc was found." }, libtorches: [], libraries: [] };
const rich: CudaFacts = { gpus: [gpu], driverCuda: "13.0", compiler: { nvcc }, libtorches: [libtorch], libraries: [] };
const library = (name: string, problem?: string, stale = false) => ({
  library: { ...cudaPaths("/repo/native", name), built: cudaStamp() },
  ...(problem === undefined ? {} : { problem }),
  stale,
});
const lines = (facts: CudaFacts, used: LibTorch = libtorch) =>
  cudaChecks(facts, used).map(
    ({ name, status, detail, fix }) => `${status} ${name}: ${detail}${fix ? ` -> ${fix}` : ""}`,
  );

describe("cudaChecks", () => {
  it("misses nothing where there is no GPU", () => {
    expect(lines(bare)).toEqual([
      "ok GPU: none (nvidia-smi is not there or names none)",
      "ok nvcc: none (only building CUDA kernels needs it)",
      "ok Kernels: none built for CUDA",
    ]);
  });

  it("names GPUs, driver, compiler and LibTorches, and what to build", () => {
    expect(lines(rich)).toEqual([
      "ok GPU 0: NVIDIA H100, 79.0 GiB free of 80.0 GiB, compute capability 9.0, driver 580.95 for CUDA up to 13.0",
      "ok nvcc: CUDA 13.0, /usr/local/cuda/bin/nvcc, by PATH",
      "ok CUDA torch: 2.14.1+cu130, CUDA 13.0, /opt/torch",
      "warn Kernels: none built for CUDA: GPUs do with LibTorch's own operators, more slowly -> npx autocircuit build --cuda",
    ]);
    expect(lines({ ...rich, compiler: bare.compiler })[1]).toMatch(
      /^warn nvcc: No nvcc was found\. -> install the CUDA toolkit/,
    );
  });

  it("says of each library whether it is used, and why not", () => {
    const kernels = (...libraries: CudaFacts["libraries"]) => lines({ ...rich, libraries }).slice(3);
    expect(kernels(library("2.11.0+cu130-13.0", "other LibTorch"), library("2.14.1+cu130-13.0"))).toEqual([
      "ok Kernels: 2.11.0+cu130-13.0, architectures 80, 90: other LibTorch",
      "ok Kernels: 2.14.1+cu130-13.0, architectures 80, 90: fits, used",
    ]);
    expect(kernels(library("a", "the probe crashed"))[0]).toMatch(
      /^warn .*the probe crashed -> npx autocircuit build --cuda/,
    );
    expect(kernels(library("a", undefined, true))[0]).toMatch(/fits, used, but the CUDA sources changed since -> /);
    expect(
      lines({ ...bare, libraries: [library("a", "the addon uses LibTorch 2.13.0+cpu, the CPU build")] })[2],
    ).toMatch(/^ok Kernels: a, .*the CPU build$/);
  });
});
