import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installDependencies } from "./dependencies.mjs";
import { ROOT } from "./run.mjs";
import { StepError, Steps } from "./steps.mjs";
import { turbo } from "./turbo.mjs";

/**
 * Brings a clone to where everything runs: dependencies, TypeScript, LibTorch, addon. What is current is left alone.
 *
 * @param {{ addon?: boolean, cppTests?: boolean, quiet?: boolean }} [options] `addon`: false for what runs without it, and then no
 *   LibTorch is looked for either; `cppTests`: build the C++ unit tests too, and the pretend device; `quiet`: speak on standard error,
 *   so that standard output belongs to what runs afterwards.
 * @returns {Promise<{ cppTests?: string, pretendDevice?: string }>} The program with the C++ tests, and the library of the
 *   device for tests that has the CUDA library's kernels and the host's memory.
 */
export async function setup({ addon = true, cppTests = false, quiet = false } = {}) {
  const log = quiet ? console.error : console.log;
  const show = quiet ? "err" : "out";
  const steps = new Steps(log, { onlyChanges: quiet });
  requireNode();
  await steps.step("dependencies", () => installDependencies(show));
  await steps.step("typescript", async () => {
    if (await turbo(["build", "--output-logs=errors-only"], { show: "none" }))
      return { text: "up to date", changed: false };
    throw new StepError("TypeScript did not compile: see the errors above.");
  });
  if (!addon) return {};
  const toolchain = await import(pathToFileURL(join(ROOT, "native", "dist", "toolchain", "index.js")).href);
  const onLine = (line) => steps.say(line);
  const libtorch = await findLibTorch(steps, toolchain, onLine);
  const buildFor = async (name, target) => {
    let file;
    await steps.step(name, async () => {
      const { output, origin, reasons } = await toolchain.build({ target, libtorch, onLine });
      file = output;
      return origin ? `${origin} (${reasons.join("; ")})` : { text: "current", changed: false };
    });
    return file;
  };
  await buildFor("addon", "addon");
  const program = cppTests ? await buildFor("C++ tests", "tests") : undefined;
  const pretendDevice = cppTests ? await buildFor("pretend device", "pretend-device") : undefined;
  if (!quiet || steps.spoke) log(`setup ${steps.summary()}`);
  return { cppTests: program, pretendDevice };
}

/** Before anything is installed or compiled. What is built asks again, for those who install packages. */
function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const oldest = engines.node.replace(">=", "");
  const [major, minor] = oldest.split(".").map(Number);
  const [own, ownMinor] = process.versions.node.split(".").map(Number);
  if (own > major || (own === major && ownMinor >= minor)) return;
  throw new StepError(
    `AutoCircuit needs Node ${oldest} or newer, this is ${process.versions.node}: install a newer one from https://nodejs.org (or: nvm install 22).`,
  );
}

async function findLibTorch(steps, { ensureLibTorch }, onLine) {
  let libtorch;
  await steps.step("LibTorch", async () => {
    libtorch = await ensureLibTorch({ onLine });
    return { text: `${libtorch.build} at ${libtorch.path} (${libtorch.foundBy})`, changed: false };
  });
  return libtorch;
}
