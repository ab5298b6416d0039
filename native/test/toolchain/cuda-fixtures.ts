import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { CudaStamp } from "../../lib/toolchain/cuda/library.ts";
import { libtorchFiles, temporaryFolder, writeTree } from "./fixtures.ts";

/** A program of a few lines of shell, in a folder of its own. */
export function script(name: string, text: string): string {
  const file = join(writeTree(temporaryFolder(), { [name]: `#!/bin/sh\n${text}\n` }), name);
  chmodSync(file, 0o755);
  return file;
}

/** An nvcc that says it is one and compiles nothing. */
export function fakeNvcc(version = "13.0"): string {
  return script(
    "nvcc",
    `[ "$1" = --list-gpu-arch ] && printf 'compute_75\\ncompute_80\\ncompute_90\\n' && exit 0
echo 'Cuda compilation tools, release ${version}, V${version}.88'`,
  );
}

/** An nvidia-smi of one GPU. */
export function fakeNvidiaSmi(line = "NVIDIA H100 80GB HBM3, GPU-1a2b, 9.0, 81559, 81000, 580.95"): string {
  return script("nvidia-smi", `[ $# -gt 0 ] && echo '${line}' && exit 0\necho '| CUDA Version: 13.0 |'`);
}

/** Folder of a very small CUDA LibTorch. */
export function cudaLibTorch(build = "2.14.1+cu130", cuda = "13.0"): string {
  return writeTree(temporaryFolder(), libtorchFiles({ build, cuda }));
}

/** The stamp of a library that fits this platform, LibTorch 2.14, CUDA 13 and layout 1. */
export function cudaStamp(changes: Partial<CudaStamp> = {}): CudaStamp {
  return {
    sources: "abc",
    layout: 1,
    libtorch: { path: "/opt/torch", build: "2.14.1+cu130", version: "2.14.1" },
    cuda: "13.0",
    architectures: ["80", "90"],
    platform: `${process.platform}-${process.arch}`,
    ...changes,
  };
}

/** A package whose native/cuda is one C file, so that the real CMake builds it in a second. */
export function tinyKernels(): string {
  return writeTree(temporaryFolder(), {
    "cuda/CMakeLists.txt": `
cmake_minimum_required(VERSION 3.18)
project(autocircuit_cuda C)
if(NOT EXISTS "\${LIBTORCH}/version.py")
  message(FATAL_ERROR "no LibTorch at \${LIBTORCH}")
endif()
add_library(autocircuit_cuda SHARED kernels.c)
`,
    "cuda/kernels.c": "int kernels(void) { return 1; }",
    "src/devices/device_library.h": "constexpr int kDeviceLibraryLayout = 3;",
    "src/operators/table.h": "",
  });
}
