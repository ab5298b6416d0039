// npm run check:arm64 [-- FILTER]: compiles the addon and the C++ unit tests for aarch64 with a cross compiler, and runs the tests (those
// whose name contains FILTER) under qemu. For Linux, with the tools of Debian's packages below.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arm64LibTorch } from "./lib/arm64-libtorch.mjs";
import { makeArm64Root, PROCESSOR } from "./lib/arm64-root.mjs";
import { ROOT, run } from "./lib/run.mjs";
import { describeError, main, StepError, Steps } from "./lib/steps.mjs";
import { requireTools } from "./lib/tools.mjs";

const COMPILER = "aarch64-linux-gnu-g++";
const EMULATOR = "qemu-aarch64";
/** What is needed, and the packages of Debian that have it. */
const PACKAGES = {
  [COMPILER]: "g++-aarch64-linux-gnu",
  [EMULATOR]: "qemu-user",
  cmake: "cmake",
  ninja: "ninja-build",
};
const BUILD = join(ROOT, "native", "build", "arm64");

async function succeeds(command, args, what) {
  const { code, output } = await run(command, args, { show: "none" }).catch((cause) => {
    throw new StepError(`Could not ${what}: ${command} cannot be started (${cause.code ?? cause.message}).`);
  });
  if (code !== 0) throw new StepError(`Could not ${what}:\n${output.trim().split("\n").slice(-30).join("\n")}`);
}

const HELP = `Usage: npm run check:arm64 [-- FILTER]

Compiles the addon and the C++ unit tests for aarch64, and runs the tests whose names contain FILTER under qemu; without it all.
Needs Linux with ${Object.keys(PACKAGES).join(", ")}; on Debian:
  apt-get install ${Object.values(PACKAGES).join(" ")}`;

await main(async () => {
  if (process.argv.slice(2).some((word) => word === "--help" || word === "-h")) return console.log(HELP);
  const steps = new Steps();
  try {
    await requireTools(PACKAGES);
    const libtorch = await steps.step("LibTorch for aarch64", arm64LibTorch);
    await steps.step("configure", () =>
      succeeds(
        "cmake",
        [
          ...["-S", join(ROOT, "native"), "-B", BUILD, "-G", "Ninja", `-DLIBTORCH=${libtorch}`],
          ...["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64", `-DCMAKE_CXX_COMPILER=${COMPILER}`],
          // What LibTorch's own libraries need is found when they are loaded.
          "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--unresolved-symbols=ignore-in-shared-libs",
        ],
        "configure",
      ),
    );
    await steps.step("compile", () =>
      succeeds("cmake", ["--build", BUILD, "--target", "autocircuit", "autocircuit_tests"], "compile"),
    );
    const root = mkdtempSync(join(tmpdir(), "autocircuit-arm64-"));
    try {
      makeArm64Root(root);
      const tests = [join(BUILD, "autocircuit_tests"), ...process.argv.slice(2)];
      const { code } = await run(EMULATOR, ["-cpu", PROCESSOR, "-L", root, ...tests]);
      process.exitCode = code;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
    console.log(steps.summary());
  } catch (error) {
    console.error(describeError(error));
    process.exitCode = 1;
  }
});
