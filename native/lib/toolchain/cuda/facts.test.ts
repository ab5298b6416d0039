import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { cudaLibTorch, cudaStamp, fakeNvcc, fakeNvidiaSmi } from "../../../test/toolchain/cuda-fixtures.ts";
import { below, libtorchFiles, surroundings, temporaryFolder, writeTree } from "../../../test/toolchain/fixtures.ts";
import { inspectLibTorch, libraryName } from "../libtorch.ts";
import { collectCudaFacts } from "./facts.ts";
import { hashCudaSources } from "./library.ts";

/** A package with two libraries, one of the present sources. */
function packageWithLibraries(): string {
  const nativeRoot = writeTree(temporaryFolder(), {
    "src/devices/device_library.h": "constexpr int kDeviceLibraryLayout = 1;",
    "cuda/kernels.cu": "",
  });
  const stamps = { old: cudaStamp({ layout: 0 }), present: cudaStamp({ sources: hashCudaSources(nativeRoot) }) };
  for (const [name, stamp] of Object.entries(stamps)) {
    const files = { "stamp.json": JSON.stringify(stamp), [libraryName("autocircuit_cuda")]: "" };
    writeTree(join(nativeRoot, "build", "cuda", name), files);
  }
  return nativeRoot;
}

it("collects what there is, and probes nothing where nothing could run", async () => {
  const { env, cache } = surroundings();
  writeTree(cache, below("2.14.1-cu130/torch", libtorchFiles({ build: "2.14.1+cu130", cuda: "13.0" })));
  writeTree(cache, below("2.13.0-cpu/torch", libtorchFiles()));
  const nativeRoot = packageWithLibraries();
  const cuda = inspectLibTorch(cudaLibTorch(), "addon").libtorch!;
  const cpu = inspectLibTorch(writeTree(temporaryFolder(), libtorchFiles()), "addon").libtorch!;
  const bare: NodeJS.ProcessEnv = { ...env, CUDACXX: fakeNvcc() };
  const problems = async (libtorch: typeof cuda | undefined, around: NodeJS.ProcessEnv = bare) =>
    (await collectCudaFacts(libtorch, nativeRoot, around)).libraries.map(({ problem, stale }) => [problem, stale]);

  const { compiler, libtorches, gpus } = await collectCudaFacts(cuda, nativeRoot, bare);
  expect([gpus, compiler]).toEqual([[], { nvcc: expect.objectContaining({ version: "13.0" }) }]);
  expect(libtorches.map(({ build }) => build)).toEqual(["2.14.1+cu130"]);
  expect(await problems(cuda)).toEqual([
    ["its layout is 0, the addon asks for 1", true],
    ["it fits this LibTorch, but there is no GPU to try it on", false],
  ]);
  expect((await problems(cpu))[1]).toEqual(["the addon uses LibTorch 2.13.0+cpu, the CPU build", false]);
  expect((await problems(undefined))[1]).toEqual(["there is no addon to use it", false]);

  const smi = { ...bare, PATH: `${dirname(fakeNvidiaSmi())}:${bare.PATH}` };
  expect((await problems(cuda, smi))[1]![0]).toMatch(
    /the probe failed \(exit code 1\): .*\(delete .*probe\.json to probe again\)/,
  );
});
