import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "./run.mjs";
import { StepError } from "./steps.mjs";

/** The release whose wheel is taken, and the CUDA libraries that this wheel's CPU part is linked with. */
const WHEELS = ["torch==2.13.0", "nvidia-cuda-runtime==13.0.*", "nvidia-cuda-cupti==13.0.*"];
/** Tags that pip takes for Linux on ARM. */
const PLATFORMS = ["manylinux2014", "manylinux_2_25", "manylinux_2_27", "manylinux_2_28"].map(
  (tag) => `${tag}_aarch64`,
);
/** Of the wheels: what the addon and its tests are compiled and linked with. */
const KEPT =
  /^(torch\/(include\/|version\.py|lib\/lib(torch_cpu|torch|torch_global_deps|c10|arm_|nvpl_|gomp|gfortran))|torch\.libs\/|nvidia\/.*\.so)/;

const UNZIP = `
import re, sys, zipfile
for wheel in sys.argv[3:]:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(sys.argv[1], [name for name in archive.namelist() if re.match(sys.argv[2], name)])`;

/**
 * LibTorch for aarch64, from the wheels for Linux on ARM: fetched once, into the user's cache.
 *
 * @returns {Promise<string>} The folder that holds include/ and lib/.
 */
export async function arm64LibTorch() {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "autocircuit", "libtorch-arm64");
  const folder = join(cache, "2.13.0");
  const libtorch = join(folder, "torch");
  if (existsSync(libtorch)) return libtorch;
  const work = join(cache, `.new-${process.pid}`);
  const wheels = join(work, "wheels");
  mkdirSync(wheels, { recursive: true });
  try {
    const platforms = PLATFORMS.flatMap((platform) => ["--platform", platform]);
    const how = ["--no-deps", "--only-binary=:all:", "--python-version", "3.11", ...platforms, "--dest", wheels];
    await python(
      ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", ...how, ...WHEELS],
      "fetch the wheels",
    );
    const files = readdirSync(wheels).map((name) => join(wheels, name));
    await python(["-c", UNZIP, work, KEPT.source, ...files], "unpack the wheels");
    rmSync(wheels, { recursive: true });
    renameSync(work, folder);
    return libtorch;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function python(args, what) {
  const { code, output } = await run(process.env.AUTOCIRCUIT_PYTHON ?? "python3", args, { show: "none" });
  if (code !== 0) throw new StepError(`Could not ${what}: ${output.trim().split("\n").at(-1)}`);
}
