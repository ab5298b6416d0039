import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cudaLibTorch, fakeNvcc, tinyKernels } from "../../../test/toolchain/cuda-fixtures.ts";
import {
  below,
  libtorchFiles,
  surroundings,
  temporaryFolder,
  writeTree,
  writeZip,
} from "../../../test/toolchain/fixtures.ts";
import { libraryName } from "../libtorch.ts";
import { hashSources } from "../sources.ts";
import { buildCuda } from "./build-cuda.ts";
import { builtCudaLibraries, hashCudaSources } from "./library.ts";

const LIBRARY = libraryName("autocircuit_cuda");

function tools(wheels: string[] = []) {
  const { env, cache, pipLog } = surroundings({ wheels });
  return { env: { ...env, CUDACXX: fakeNvcc() }, cache: join(cache, "..", "libtorch-to-compile"), pipLog };
}

const torchWheel = (build: string, cuda: string) =>
  writeZip(
    join(temporaryFolder(), "torch-2.14.1-cp312-cp312-manylinux_x86_64.whl"),
    below("torch", libtorchFiles({ build, cuda })),
  );

describe("buildCuda", () => {
  it("builds what is not current, and only that, in a folder per LibTorch and CUDA", async () => {
    const nativeRoot = tinyKernels();
    const { env } = tools();
    const said: string[] = [];
    const options = { nativeRoot, env, jobs: 1, onLine: (line: string) => said.push(line) };
    const libtorch = cudaLibTorch();
    const once = () => buildCuda({ ...options, libtorch });
    const both = await Promise.all([once(), once()]);
    expect(both.map(({ built }) => built).sort()).toEqual([false, true]);
    expect(both[0]!.output).toBe(join(nativeRoot, "build", "cuda", "2.14.1+cu130-13.0", LIBRARY));
    // The one that waits may say so first.
    const [first] = said.filter((line) => !line.startsWith("waiting for another process"));
    expect(first).toMatch(/^building CUDA kernels for 80 and 90 with nvcc 13\.0 against LibTorch 2\.14\.1\+cu130/);
    expect(said.some((line) => /^\[.*\] (Linking|Building)/.test(line))).toBe(true);
    expect(await once()).toMatchObject({ built: false, reasons: [] });

    writeTree(nativeRoot, { "cuda/kernels.c": "int kernels(void) { return 2; }" });
    expect((await once()).reasons).toEqual(["the CUDA sources changed"]);
    writeTree(nativeRoot, { "src/operators/table.h": "// one more" });
    expect((await once()).reasons).toEqual(["the CUDA sources changed"]);
    expect((await buildCuda({ ...options, libtorch, architectures: ["9.0"] })).reasons).toEqual([
      "architectures are 90, the build has 80, 90",
    ]);
    await buildCuda({ ...options, libtorch: cudaLibTorch("2.11.0+cu130") });
    const all = builtCudaLibraries(nativeRoot);
    expect(all.map(({ name, built }) => [name, built.layout, built.architectures.join()])).toEqual([
      ["2.11.0+cu130-13.0", 3, "80,90"],
      ["2.14.1+cu130-13.0", 3, "90"],
    ]);
    expect(readdirSync(all[0]!.folder).sort()).toEqual([LIBRARY, "stamp.json"]);
  });

  it("leaves a whole library alone when the compiler refuses the next one", async () => {
    const nativeRoot = tinyKernels();
    const options = { nativeRoot, env: tools().env, libtorch: cudaLibTorch(), jobs: 1 };
    const { output } = await buildCuda(options);
    const before = readFileSync(output);
    writeTree(nativeRoot, { "cuda/kernels.c": "int kernels(void) { return missing_name; }" });
    await expect(buildCuda(options)).rejects.toMatchObject({
      code: "addon",
      message: expect.stringMatching(/Could not build the CUDA kernels[\s\S]*missing_name/),
    });
    expect(readFileSync(output)).toEqual(before);
    expect((await buildCuda({ ...options, nativeRoot: tinyKernels(), force: true })).reasons[0]).toBe("asked for");
  });

  it("fetches the wheel alone where no CUDA LibTorch is here, once", async () => {
    const { env, cache, pipLog } = tools([torchWheel("2.14.1+cu130", "13.0")]);
    const nativeRoot = tinyKernels();
    const { stamp } = await buildCuda({ nativeRoot, env, jobs: 1 });
    expect(stamp.libtorch).toMatchObject({ path: join(cache, "2.14.1-cu130", "torch"), version: "2.14.1" });
    expect(await buildCuda({ nativeRoot, env })).toMatchObject({ built: false });
    expect(readFileSync(pipLog, "utf8").trim().split("\n")).toEqual([
      expect.stringMatching(/--no-deps .*torch==2\.14\.1\+cu130$/),
    ]);
    expect(readdirSync(cache)).toEqual(["2.14.1-cu130"]);
  });

  it("refuses what cannot be, and says what to do", async () => {
    const nativeRoot = tinyKernels();
    const { env } = tools();
    const refused = (options: object) => expect(buildCuda({ nativeRoot, env, jobs: 1, ...options })).rejects;
    await refused({ env: { ...env, CUDACXX: "/nowhere/nvcc" } }).toThrow(
      /CUDACXX names \/nowhere\/nvcc, which is no nvcc/,
    );
    await refused({ libtorch: cudaLibTorch("2.14.1+cu126", "12.6") }).toThrow(
      /is for CUDA 12\.6, nvcc is 13\.0: their major/,
    );
    await refused({ libtorch: writeTree(temporaryFolder(), libtorchFiles()) }).toThrow(
      /2\.13\.0\+cpu is the CPU build/,
    );
    await refused({ libtorch: "/nowhere" }).toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("/nowhere"),
    });
    await refused({ architectures: ["hopper"] }).toThrow(/"hopper" is no GPU architecture/);
    await refused({ architectures: ["50"] }).toThrow(/does not compile for architecture 50\. It knows 75, 80, 90/);
    await refused({ torch: "1.13" }).toThrow(/no LibTorch that is supported/);
    await refused({}).toThrow(/none could be fetched:[\s\S]*torch wheel: pip could not fetch[\s\S]*`libtorch`/);
    await refused({ nativeRoot: temporaryFolder() }).toThrow(/kernels are not here/);
    const wrong = tools([torchWheel("2.14.1+cu126", "12.6")]);
    await refused({ env: wrong.env }).toThrow(/torch wheel: it is for CUDA 12\.6/);
    expect(existsSync(join(nativeRoot, "build"))).toBe(false);
  });
});

describe("sources", () => {
  it("of the addon, of its tests and of the kernels are told apart", () => {
    const root = tinyKernels();
    const changed = (file: string) => {
      const all = () => [hashSources(root), hashSources(root, "tests"), hashCudaSources(root)];
      const before = all();
      writeTree(root, { [file]: "changed" });
      const names = ["addon", "tests", "kernels"];
      return all().flatMap((hash, i) => (hash === before[i] ? [] : [names[i]]));
    };
    expect(changed("cuda/src/new.cu")).toEqual(["tests", "kernels"]);
    expect(changed("cuda/test/new_test.cc")).toEqual(["tests"]);
    expect(changed("src/engine/pass.cc")).toEqual(["addon", "tests"]);
    expect(changed("src/operators/table.h")).toEqual(["addon", "tests", "kernels"]);
    expect(changed("cmake/libtorch.cmake")).toEqual(["addon", "tests", "kernels"]);
  });
});
