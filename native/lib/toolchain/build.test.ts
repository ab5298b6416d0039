import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { libtorchFiles, temporaryFolder, writeTree } from "../../test/toolchain/fixtures.ts";
import { inspectAddon } from "./addon.ts";
import { build } from "./build.ts";
import { inspectLibTorch, type LibTorch } from "./libtorch.ts";
import { NATIVE_ROOT } from "./native-root.ts";
import { buildPaths } from "./stamp.ts";

/* A whole addon in a few lines, so that the real tools build it in seconds. It needs no LibTorch but is told of one. */
const LISTS = `
cmake_minimum_required(VERSION 3.18)
project(autocircuit C)
if(NOT EXISTS "\${LIBTORCH}/version.py")
  message(FATAL_ERROR "no LibTorch at \${LIBTORCH}")
endif()
add_library(autocircuit SHARED src/addon.c)
target_include_directories(autocircuit PRIVATE \${CMAKE_JS_INC})
target_compile_definitions(autocircuit PRIVATE NAPI_VERSION=9)
set_target_properties(autocircuit PROPERTIES PREFIX "" SUFFIX ".node")
if(APPLE)
  target_link_options(autocircuit PRIVATE -undefined dynamic_lookup)
endif()
add_executable(autocircuit_tests EXCLUDE_FROM_ALL src/tests.c)
`;
const addonSource = (answer: number) => `
#include <node_api.h>
NAPI_MODULE_INIT() {
  napi_value answer;
  napi_create_int32(env, ${answer}, &answer);
  napi_set_named_property(env, exports, "answer", answer);
  return exports;
}
`;

function tinyAddon(): string {
  const root = writeTree(temporaryFolder(), {
    "CMakeLists.txt": LISTS,
    "src/addon.c": addonSource(41),
    "src/tests.c": "int main(void) { return 0; }",
    "package.json": '{ "name": "tiny", "binary": { "napi_versions": [9] } }',
  });
  const manifest = createRequire(join(NATIVE_ROOT, "package.json")).resolve("cmake-js/package.json");
  symlinkSync(join(manifest, "..", ".."), join(root, "node_modules"));
  return root;
}

function smallLibTorch(build?: string): LibTorch {
  const files = libtorchFiles(build === undefined ? {} : { build });
  return inspectLibTorch(writeTree(temporaryFolder(), files), "environment").libtorch!;
}

describe("build", () => {
  it("builds what is not current, and only that", async () => {
    const nativeRoot = tinyAddon();
    const libtorch = smallLibTorch();
    const said: string[] = [];
    const once = () => build({ nativeRoot, libtorch, jobs: 1, onLine: (line) => said.push(line) });
    const both = await Promise.all([once(), once()]);
    expect(both.map(({ built }) => built).sort()).toEqual([false, true]);
    expect(said.filter((line) => line.startsWith("building the addon against LibTorch 2.13.0+cpu"))).toHaveLength(1);
    expect(await inspectAddon(libtorch, nativeRoot)).toMatchObject({ present: true, loads: true, stale: [] });
    expect(await once()).toMatchObject({ built: false, reasons: [] });

    writeTree(nativeRoot, { "src/addon.c": addonSource(42) });
    expect(await once()).toMatchObject({ built: true, reasons: ["the C++ sources changed"] });
    const second = smallLibTorch("2.12.0+cpu");
    expect((await build({ nativeRoot, libtorch: second, jobs: 1 })).reasons).toEqual([
      "LibTorch is 2.12.0+cpu, the build is for 2.13.0+cpu",
    ]);
    expect(readFileSync(join(nativeRoot, "build", "CMakeCache.txt"), "utf8")).toContain(second.path);
    expect(createRequire(import.meta.url)(buildPaths(nativeRoot).output).answer).toBe(42);
  });

  it("builds the C++ tests apart from the addon, and from scratch when asked", async () => {
    const nativeRoot = tinyAddon();
    const libtorch = smallLibTorch();
    const { built, output } = await build({ nativeRoot, libtorch, jobs: 1, target: "tests" });
    expect([built, spawnSync(output).status]).toEqual([true, 0]);
    expect(existsSync(buildPaths(nativeRoot).output)).toBe(false);
    expect((await build({ nativeRoot, libtorch, jobs: 1, target: "tests" })).built).toBe(false);
    writeTree(nativeRoot, { "build/cuda/2.13.0+cu130-13.0/stamp.json": "{}" });
    expect((await build({ nativeRoot, libtorch, jobs: 1, force: true })).reasons[0]).toBe("asked for");
    expect(existsSync(join(nativeRoot, "build", "cuda", "2.13.0+cu130-13.0", "stamp.json"))).toBe(true);
    expect(existsSync(output)).toBe(false);
  });

  it("reports the compiler's error, and does not call the broken build current", async () => {
    const nativeRoot = tinyAddon();
    const libtorch = smallLibTorch();
    writeTree(nativeRoot, { "src/addon.c": "int broken(void) { return missing_name; }" });
    await expect(build({ nativeRoot, libtorch, jobs: 1 })).rejects.toMatchObject({
      code: "addon",
      message: expect.stringMatching(/Could not build the addon[\s\S]*missing_name/),
    });
    writeTree(nativeRoot, { "src/addon.c": addonSource(43) });
    expect((await build({ nativeRoot, libtorch, jobs: 1 })).reasons).toEqual(["there is no finished build"]);
  });

  it("reports what CMake says when it cannot configure", async () => {
    const libtorch = smallLibTorch();
    rmSync(join(libtorch.path, "version.py"));
    const failed = build({ nativeRoot: tinyAddon(), libtorch, jobs: 1 });
    await expect(failed).rejects.toThrow(/Could not configure the addon[\s\S]*no LibTorch at/);
  });
});

describe("inspectAddon", () => {
  it("survives an addon that cannot be loaded", async () => {
    const nativeRoot = writeTree(temporaryFolder(), { "build/Release/autocircuit.node": "not a library" });
    const facts = await inspectAddon(undefined, nativeRoot);
    expect(facts).toMatchObject({ present: true, loads: false });
    expect(facts.loadError).toMatch(/^Error: .*autocircuit\.node/);
  });

  it("looks at the addon that was chosen by hand", async () => {
    const env = { ...process.env, AUTOCIRCUIT_ADDON: "/nowhere/addon.node" };
    expect(await inspectAddon(undefined, temporaryFolder(), env)).toMatchObject({ path: "/nowhere/addon.node" });
  });

  it("tells an addon that finds another LibTorch than it was built with", async () => {
    const versions = 'exports.versions = () => ({ builtWith: "2.13.0", libtorch: "2.12.1" });';
    const file = join(writeTree(temporaryFolder(), { "addon.js": versions }), "addon.js");
    const facts = await inspectAddon(undefined, temporaryFolder(), { ...process.env, AUTOCIRCUIT_ADDON: file });
    expect(facts).toMatchObject({ loads: false, loadError: expect.stringMatching(/built with LibTorch 2\.13\.0/) });
  });

  it("says when there is none", async () => {
    expect(await inspectAddon(undefined, temporaryFolder())).toMatchObject({ present: false });
  });
});
