import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, run } from "./run.mjs";
import { StepError } from "./steps.mjs";

/** The functions of LibTorch and Node themselves are no newer than this. */
const OLDEST_GLIBC = "2.28";
const OLDEST_CXX = "3.4.22";

/**
 * Builds the addon for other machines, against the pinned LibTorch for the CPU, and says what is known about it.
 *
 * @param {(line: string) => void} onLine
 * @returns {Promise<{ name: string, addon: string, facts: any }>} For `stagePrebuilt`.
 */
export async function prebuild(onLine) {
  const toolchain = await import(pathToFileURL(join(ROOT, "native", "dist", "toolchain", "index.js")).href);
  const { PINNED_VERSION, NAPI_VERSION, build, buildPaths, probeAddon, NATIVE_ROOT } = toolchain;
  const libtorch = await toolchain.ensureLibTorch({ variant: "cpu", onLine });
  if (libtorch.version !== PINNED_VERSION || libtorch.variant !== "cpu") {
    throw new StepError(
      `A prebuilt addon is made against LibTorch ${PINNED_VERSION} for the CPU, found was ${libtorch.build} at ${libtorch.path}: ` +
        "unset AUTOCIRCUIT_LIBTORCH, or run autocircuit libtorch install.",
    );
  }
  const { output } = await build({ target: "prebuilt", libtorch, onLine });
  const stamp = JSON.parse(readFileSync(buildPaths(NATIVE_ROOT, "prebuilt").stamp, "utf8"));
  const versions = await newestVersions(output);
  if (compare(versions.GLIBC, OLDEST_GLIBC) > 0 || compare(versions.GLIBCXX, OLDEST_CXX) > 0) {
    throw new StepError(
      `${output} asks for glibc ${versions.GLIBC} and GLIBCXX ${versions.GLIBCXX}, at most ${OLDEST_GLIBC} and ${OLDEST_CXX} are allowed: ` +
        "lead the newer functions to older ones in native/cmake/old_libraries.cc (objdump -T names them).",
    );
  }
  const probe = await numbersOf(output, libtorch, toolchain, probeAddon);
  const { build: name, version, variant } = libtorch;
  return {
    name: toolchain.prebuiltPackage(process),
    addon: output,
    facts: {
      sources: stamp.sources,
      libtorch: { build: name, version, variant },
      platform: stamp.platform,
      napi: NAPI_VERSION,
      compiler: stamp.compiler,
      // LibTorch's own floor, which is not below that of the addon.
      glibc: OLDEST_GLIBC,
      probe,
    },
  };
}

/** What the probe gives with it here, once LibTorch's path is written in as it will be where it is installed. */
async function numbersOf(output, libtorch, { writeLibTorchPath, NATIVE_ROOT }, probeAddon) {
  const file = output.replace(/\.node$/, ".probed.node");
  await writeFile(file, writeLibTorchPath(await readFile(output), libtorch.path));
  const { numbers, problem } = await probeAddon(file, NATIVE_ROOT, process.env);
  if (!numbers) throw new StepError(`The addon for other machines does not run on this one: ${problem}`);
  return numbers;
}

/** The newest version of each library's functions that a file asks for. */
async function newestVersions(file) {
  const { code, output } = await run("objdump", ["-T", file], { show: "none" });
  if (code !== 0) throw new StepError(`objdump -T ${file} failed (it comes with binutils): ${output}`);
  const newest = { GLIBC: "0", GLIBCXX: "0" };
  for (const [, library, version] of output.matchAll(/\((GLIBC|GLIBCXX)_([\d.]+)\)/g))
    if (compare(version, newest[library]) > 0) newest[library] = version;
  return newest;
}

function compare(a, b) {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number));
  return (
    left.map((part, i) => part - (right[i] ?? 0)).find((difference) => difference !== 0) ?? left.length - right.length
  );
}
