import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { libtorchFiles, temporaryFolder, writeTree } from "../../test/toolchain/fixtures.ts";
import { inspectAddon } from "./addon.ts";
import { addonStore, findStored, MOST_KEPT, storeBuild } from "./addon-store.ts";
import { build } from "./build.ts";
import { inspectLibTorch, type LibTorch } from "./libtorch.ts";
import { NATIVE_ROOT } from "./native-root.ts";
import { buildPaths, currentStamp } from "./stamp.ts";

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

/** Surroundings whose user has built nothing yet. */
function newUser(): NodeJS.ProcessEnv {
  return { ...process.env, XDG_CACHE_HOME: temporaryFolder() };
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
    const env = newUser();
    const once = () => build({ nativeRoot, libtorch, env, jobs: 1, onLine: (line) => said.push(line) });
    const both = await Promise.all([once(), once()]);
    expect(both.map(({ built }) => built).sort()).toEqual([false, true]);
    expect(said.filter((line) => line.startsWith("building the addon against LibTorch 2.13.0+cpu"))).toHaveLength(1);
    expect(await inspectAddon(libtorch, nativeRoot)).toMatchObject({ present: true, loads: true, stale: [] });
    expect(await once()).toMatchObject({ built: false, reasons: [] });

    writeTree(nativeRoot, { "src/addon.c": addonSource(42) });
    expect(await once()).toMatchObject({ built: true, reasons: ["the C++ sources changed"] });
    const second = smallLibTorch("2.12.0+cpu");
    expect((await build({ nativeRoot, libtorch: second, env, jobs: 1 })).reasons).toEqual([
      "LibTorch is 2.12.0+cpu, the build is for 2.13.0+cpu",
    ]);
    expect(readFileSync(join(nativeRoot, "build", "CMakeCache.txt"), "utf8")).toContain(second.path);
    expect(createRequire(import.meta.url)(buildPaths(nativeRoot).output).answer).toBe(42);
  });

  it("builds the C++ tests apart from the addon, and from scratch when asked", async () => {
    const nativeRoot = tinyAddon();
    const libtorch = smallLibTorch();
    const env = newUser();
    const { built, output } = await build({ nativeRoot, libtorch, env, jobs: 1, target: "tests" });
    expect([built, spawnSync(output).status]).toEqual([true, 0]);
    expect(existsSync(buildPaths(nativeRoot).output)).toBe(false);
    expect((await build({ nativeRoot, libtorch, env, jobs: 1, target: "tests" })).built).toBe(false);
    writeTree(nativeRoot, { "build/cuda/2.13.0+cu130-13.0/stamp.json": "{}" });
    expect((await build({ nativeRoot, libtorch, env, jobs: 1, force: true })).reasons[0]).toBe("asked for");
    expect(existsSync(join(nativeRoot, "build", "cuda", "2.13.0+cu130-13.0", "stamp.json"))).toBe(true);
    expect(existsSync(output)).toBe(false);
  });

  it("leaves an addon that was taken from the store where the C++ tests are compiled first", async () => {
    const [first, second] = [tinyAddon(), tinyAddon()];
    const libtorch = smallLibTorch();
    const env = newUser();
    await build({ nativeRoot: first, libtorch, env, jobs: 1 });
    const taken = await build({ nativeRoot: second, libtorch, env, jobs: 1 });
    expect(existsSync(join(second, "build", "CMakeCache.txt"))).toBe(false);
    const { built, output } = await build({ nativeRoot: second, libtorch, env, jobs: 1, target: "tests" });
    expect([built, existsSync(output), existsSync(taken.output)]).toEqual([true, true, true]);
    expect((await build({ nativeRoot: second, libtorch, env, jobs: 1 })).built).toBe(false);
  });

  it("reports the compiler's error, and does not call the broken build current", async () => {
    const nativeRoot = tinyAddon();
    const libtorch = smallLibTorch();
    const env = newUser();
    writeTree(nativeRoot, { "src/addon.c": "int broken(void) { return missing_name; }" });
    await expect(build({ nativeRoot, libtorch, env, jobs: 1 })).rejects.toMatchObject({
      code: "addon",
      message: expect.stringMatching(/Could not build the addon[\s\S]*missing_name/),
    });
    writeTree(nativeRoot, { "src/addon.c": addonSource(43) });
    expect((await build({ nativeRoot, libtorch, env, jobs: 1 })).reasons).toEqual(["there is no finished build"]);
  });

  it("reports what CMake says when it cannot configure", async () => {
    const libtorch = smallLibTorch();
    rmSync(join(libtorch.path, "version.py"));
    const failed = build({ nativeRoot: tinyAddon(), libtorch, env: newUser(), jobs: 1 });
    await expect(failed).rejects.toThrow(/Could not configure the addon[\s\S]*no LibTorch at/);
  });
});

describe("builds that are kept", () => {
  it("serve every clone with the same sources, LibTorch and compiler, and no other", async () => {
    const env = newUser();
    const nativeRoot = tinyAddon();
    const output = join(writeTree(temporaryFolder(), { "autocircuit.node": "built" }), "autocircuit.node");
    const stamp = { ...currentStamp(nativeRoot, smallLibTorch()), compiler: "c++ 12" };
    await storeBuild("addon", stamp, output, env);
    const stored = await findStored("addon", { ...stamp }, output, env);
    expect([readFileSync(stored!.file, "utf8"), stored!.stamp]).toEqual(["built", stamp]);
    const others = [{ sources: "other" }, { compiler: "c++ 13" }, { libtorch: { ...stamp.libtorch, path: "/other" } }];
    for (const other of others) expect(await findStored("addon", { ...stamp, ...other }, output, env)).toBeUndefined();
    expect(await findStored("tests", stamp, output, env)).toBeUndefined();
    expect(await findStored("addon", stamp, output, newUser())).toBeUndefined();
  });

  it("are at most so many: what was used longest ago goes", async () => {
    const env = newUser();
    const output = join(writeTree(temporaryFolder(), { "autocircuit.node": "built" }), "autocircuit.node");
    const stamp = currentStamp(tinyAddon(), smallLibTorch());
    const keep = (number: number) => storeBuild("addon", { ...stamp, sources: `${number}` }, output, env);
    for (let number = 0; number < MOST_KEPT; number++) await keep(number);
    const found = (number: number) => findStored("addon", { ...stamp, sources: `${number}` }, output, env);
    await found(0);
    await keep(MOST_KEPT);
    expect([await found(0), await found(1)]).toEqual([expect.anything(), undefined]);
  });

  it("are not trusted unread: one that does not load is compiled again", async () => {
    const libtorch = smallLibTorch();
    const env = newUser();
    expect((await build({ nativeRoot: tinyAddon(), libtorch, env, jobs: 1 })).origin).toBe("compiled");
    expect((await build({ nativeRoot: tinyAddon(), libtorch, env, jobs: 1 })).origin).toBe("kept");
    for (const name of readdirSync(addonStore(env)))
      writeTree(addonStore(env), { [`${name}/autocircuit.node`]: "damaged" });
    const said: string[] = [];
    const again = await build({ nativeRoot: tinyAddon(), libtorch, env, jobs: 1, onLine: (line) => said.push(line) });
    expect(again.origin).toBe("compiled");
    expect(said.join("\n")).toMatch(/was not taken: Error: .*autocircuit/);
  });
});

describe("an installed package", () => {
  it("is built in the user's cache, and nothing is written into node_modules", async () => {
    const libtorch = smallLibTorch();
    const env = newUser();
    const nativeRoot = join(temporaryFolder(), "node_modules", "@autocircuit", "native");
    cpSync(tinyAddon(), nativeRoot, { recursive: true, verbatimSymlinks: true });
    const { output } = await build({ nativeRoot, libtorch, env, jobs: 1 });
    expect(output.startsWith(join(env.XDG_CACHE_HOME!, "autocircuit", "builds"))).toBe(true);
    expect(readdirSync(nativeRoot).sort()).toEqual(["CMakeLists.txt", "node_modules", "package.json", "src"]);
    expect(await inspectAddon(libtorch, nativeRoot, env)).toMatchObject({ path: output, loads: true, stale: [] });
  });

  it("says what to install where there is neither a prebuilt addon nor a compiler", async () => {
    const env = { ...newUser(), PATH: temporaryFolder(), CXX: "" };
    const failed = build({ nativeRoot: tinyAddon(), libtorch: smallLibTorch(), env, jobs: 1 });
    await expect(failed).rejects.toThrow(
      /no prebuilt addon: [\s\S]*no CMake on the PATH: .*install[\s\S]*no C\+\+ compiler on the PATH/,
    );
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
