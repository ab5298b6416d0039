import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { cudaLibTorch, cudaStamp, fakeNvidiaSmi } from "../../../test/toolchain/cuda-fixtures.ts";
import { temporaryFolder, writeTree } from "../../../test/toolchain/fixtures.ts";
import { inspectLibTorch, libraryName } from "../libtorch.ts";
import { chooseLibrary } from "./choose-library.ts";
import type { CudaStamp } from "./library.ts";

/** A package with libraries by name, and a probe of a few lines that counts how often it ran. */
function packageWith(libraries: Record<string, Partial<CudaStamp>>, probe: string) {
  const nativeRoot = writeTree(temporaryFolder(), {
    "src/devices/device_library.h": "constexpr int kDeviceLibraryLayout = 1;",
    "probe.cjs": `require("node:fs").appendFileSync(__dirname + "/ran", "x");\n${probe}`,
    ran: "",
  });
  for (const [name, changes] of Object.entries(libraries)) {
    writeTree(join(nativeRoot, "build", "cuda", name), {
      "stamp.json": JSON.stringify(cudaStamp(changes)),
      [libraryName("autocircuit_cuda")]: "",
    });
  }
  const libtorch = inspectLibTorch(cudaLibTorch(), "addon").libtorch!;
  const env = { ...process.env, PATH: `${dirname(fakeNvidiaSmi())}:${process.env.PATH}` };
  const choose = (changes: NodeJS.ProcessEnv = {}) =>
    chooseLibrary({ libtorch, nativeRoot, env: { ...env, ...changes }, program: join(nativeRoot, "probe.cjs") });
  return { choose, runs: () => readFileSync(join(nativeRoot, "ran"), "utf8").length, nativeRoot };
}

describe("chooseLibrary", () => {
  it("takes the newest that fits, probed once per library, driver and GPUs", async () => {
    const { choose, runs, nativeRoot } = packageWith(
      {
        "2.11.0+cu130-13.0": { libtorch: { path: "", build: "2.11.0+cu130", version: "2.11.0" } },
        "2.14.1+cu130-13.0": {},
        "2.14.1+cu130-13.1": { cuda: "13.1" },
      },
      "",
    );
    expect(await choose()).toEqual({
      file: join(nativeRoot, "build/cuda/2.14.1+cu130-13.1", libraryName("autocircuit_cuda")),
    });
    expect(runs()).toBe(2);
    await choose();
    expect(runs()).toBe(2);
    const other = fakeNvidiaSmi("NVIDIA H100 80GB HBM3, GPU-1a2b, 9.0, 81559, 81000, 590.1");
    await choose({ PATH: `${dirname(other)}:${process.env.PATH}` });
    expect(runs()).toBe(4);
  });

  it.each([
    [
      "differs",
      "console.log('logits differ'); process.exitCode = 2;",
      /logits differ \(delete .*probe\.json to probe again\)/,
    ],
    ["crashes", "process.kill(process.pid, 'SIGSEGV');", /the probe crashed/],
    ["throws", "throw new Error('no symbol');", /the probe failed \(exit code 1\): Error: no symbol/],
    [
      "ends in LibTorch",
      "console.error('terminate called after\\n  what():  \\nMismatch of kernels\\nframe #0'); process.abort();",
      /the probe crashed: Mismatch of kernels/,
    ],
  ])("does without one whose probe %s, and remembers it", async (_, probe, reason) => {
    const { choose, runs } = packageWith({ "2.14.1+cu130-13.0": {} }, probe);
    expect((await choose()).note).toMatch(reason);
    expect((await choose()).note).toMatch(reason);
    expect(runs()).toBe(1);
  });

  it("says why none can be used, and what to run", async () => {
    const none = packageWith({}, "");
    expect((await none.choose()).note).toMatch(
      /\(none were built\).*more slowly\. To build them: npx autocircuit build --cuda/,
    );
    const old = packageWith({ "2.14.1+cu130-13.0": { architectures: ["100"] } }, "");
    expect((await old.choose()).note).toMatch(
      /2\.14\.1\+cu130-13\.0: it has code for 100, which does not run on NVIDIA H100/,
    );
    expect(old.runs()).toBe(0);
    expect(await old.choose({ CUDA_VISIBLE_DEVICES: "" })).toHaveProperty("file");
  });
});
