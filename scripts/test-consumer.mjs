// npm run test:consumer: packs all packages, installs them into new projects and runs the README's lines there, with the prebuilt addon and
// with one that is compiled. The projects' folders have a space and a letter beyond ASCII in their names, their node_modules cannot be
// written, their programs know no HOME, and npm runs no scripts of packages. LibTorch comes from this user's cache.
// The last line is "N passed, N failed".
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Consumer } from "./lib/consumer.mjs";
import { packAll } from "./lib/pack-all.mjs";
import { publishedPackages } from "./lib/release-packages.mjs";
import { ROOT } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { describeError, main, StepError, Steps } from "./lib/steps.mjs";

const NO_REGISTRY = /E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NOTCACHED)/;
const PREBUILT = "@autocircuit/native-linux-x64-gnu";
/** The oldest TypeScript that the packages' types are for, and Node's types, which projects have. */
const OLD_TYPESCRIPT = ["typescript@5.9.3", "@types/node@22"];
/** Other programs that run TypeScript and Node's packages, tested where they are installed. */
const OTHERS = { bun: [], deno: ["run", "--allow-all"] };

const counts = { passed: 0, failed: 0 };
const steps = new Steps();

/** A part of the test; the others go on when it fails. */
async function part(name, work) {
  try {
    await steps.step(name, work);
    counts.passed++;
  } catch (error) {
    console.error(describeError(error));
    counts.failed++;
  }
}

function require(condition, what) {
  if (!condition) throw new StepError(what);
}

/** An environment without HOME, whose cache has this user's LibTorch and nothing else. */
function surroundings(cache, libtorchCache) {
  mkdirSync(join(cache, "autocircuit"), { recursive: true });
  symlinkSync(libtorchCache, join(cache, "autocircuit", "libtorch"));
  const { HOME: _, ...env } = process.env;
  for (const name of Object.keys(env)) if (name.startsWith("AUTOCIRCUIT_") || name.startsWith("npm_")) delete env[name];
  return { ...env, XDG_CACHE_HOME: cache, npm_config_cache: npmCache() };
}

function npmCache() {
  return process.env.npm_config_cache ?? join(process.env.HOME ?? tmpdir(), ".npm");
}

function findsTheCircuit(output) {
  require(/Resid Start->A3\.0\.V/.test(output), `The README's lines did not find the circuit:\n${output}`);
}

async function withPrebuilt(consumer) {
  const before = consumer.fingerprint();
  const started = performance.now();
  const said = await consumer.autocircuit(["setup"]);
  require(/addon prebuilt/.test(said), `The prebuilt addon was not used:\n${said}`);
  findsTheCircuit(await consumer.readme());
  require(consumer.fingerprint() === before, "Something in node_modules changed.");
  return `${((performance.now() - started) / 1000).toFixed(1)} s from the set-up to the first circuit`;
}

/** Two projects of one user, without a prebuilt addon, at the same time: one compiles, the other waits. */
async function fromSource(consumers) {
  const said = await Promise.all(consumers.map((consumer) => consumer.autocircuit(["setup"])));
  const origins = said.map((text) => /^addon (compiled|current)/m.exec(text)?.[1]).sort();
  require(origins.join() === "compiled,current", `One project had to compile, the other to wait:\n${said.join("\n")}`);
  require(said.some((text) => /waiting for process/.test(text)), `No project waited:\n${said.join("\n")}`);
  const compiling = said.find((text) => /^addon compiled/m.test(text)) ?? "";
  require(compiling.includes(`${PREBUILT} is not installed`), `It was not said why it compiles:\n${compiling}`);
  for (const consumer of consumers) findsTheCircuit(await consumer.readme());
}

/** On first use: an error that says what to do, or, if asked to, the set-up itself. */
async function onFirstUse(consumer) {
  const error = await consumer.autocircuit(["discover", "tracr-reverse"], { fails: true });
  require(/npx autocircuit setup/.test(error), `The error does not say what to do:\n${error}`);
  const env = { AUTOCIRCUIT_AUTO_SETUP: "1" };
  findsTheCircuit(await consumer.autocircuit(["discover", "tracr-reverse"], { env }));
}

async function commonJs(consumer) {
  if (!process.features.require_module) return "skipped: this Node cannot require ES modules";
  const said = await consumer.run(process.execPath, [
    "--no-warnings",
    "-e",
    "console.log(require('@autocircuit/core').version)",
  ]);
  require(/^\d+\.\d+\.\d+/.test(said), said);
}

/** With TypeScript 5.9, which is installed for it, and no types skipped; and with this repository's. */
async function allTypes(consumer) {
  const { dependencies } = JSON.parse(readFileSync(join(consumer.folder, "package.json"), "utf8"));
  const names = Object.keys(dependencies).filter((name) => name.startsWith("@autocircuit/") && name !== PREBUILT);
  require(names.length > 10, `There should be more packages than ${names.join(", ")}.`);
  await consumer.run("npm", [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    ...OLD_TYPESCRIPT,
  ]);
  for (const folder of [consumer.folder, ROOT])
    await consumer.types(join(folder, "node_modules", "typescript", "bin", "tsc"), names);
}

/** The README's lines in Bun and Deno. */
async function otherRuntimes(consumer) {
  const there = Object.keys(OTHERS).filter((name) => !spawnSync(name, ["--version"]).error);
  for (const name of there) findsTheCircuit(await consumer.run(name, [...OTHERS[name], "first.ts"]));
  return there.length > 0 ? there.join(", ") : "skipped: neither Bun nor Deno is installed";
}

await main(async () => {
  await setup();
  const { libtorchCache, findLibTorch, PINNED_VERSION } = await import(
    pathToFileURL(join(ROOT, "native", "dist", "toolchain", "index.js")).href
  );
  const { libtorch } = await findLibTorch({ variant: "cpu" });
  if (
    libtorch?.version !== PINNED_VERSION ||
    libtorch.foundBy !== "cache" ||
    !process.report.getReport().header.glibcVersionRuntime
  ) {
    console.log(
      `skipped: needs Linux with glibc and LibTorch ${PINNED_VERSION} in the user's cache (autocircuit libtorch install)`,
    );
    console.log("0 passed, 0 failed");
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "autocircuit consumér "));
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  try {
    let tarballs;
    await steps.step("packing", async () => {
      tarballs = await packAll(publishedPackages(), work, { version, onLine: () => undefined });
      return `${tarballs.length} tarballs, ${Math.round(tarballs.reduce((sum, { bytes }) => sum + bytes, 0) / 1000)} kB`;
    });
    const first = new Consumer(join(work, "première"), surroundings(join(work, "cache"), libtorchCache()));
    let reachable = true;
    await part("npm i", async () => {
      const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
      try {
        await first.run("npm", [...args, ...tarballs.map(({ file }) => file)]);
      } catch (error) {
        if (!NO_REGISTRY.test(error.message)) throw error;
        reachable = false;
        return "skipped: the registry with the packages that ours depend on cannot be reached";
      }
    });
    if (!reachable || counts.failed > 0) return;
    await part("types of all packages", () => allTypes(first));
    // A second and a third user's project, the one without the prebuilt addon.
    const others = ["deuxième", "troisième"].map(
      (name) => new Consumer(join(work, name), surroundings(join(work, `cache ${name}`), libtorchCache())),
    );
    const [second, third] = others;
    third.env = second.env;
    for (const { folder } of others) {
      cpSync(join(first.folder, "node_modules"), join(folder, "node_modules"), {
        recursive: true,
        verbatimSymlinks: true,
      });
      rmSync(join(folder, "node_modules", PREBUILT), { recursive: true, force: true });
    }
    for (const consumer of [first, ...others]) consumer.protect();
    await part("first use", () => onFirstUse(first));
    rmSync(join(work, "cache", "autocircuit", "builds"), { recursive: true, force: true });
    await part("prebuilt addon", () => withPrebuilt(first));
    await part("require", () => commonJs(first));
    await part("Bun and Deno", () => otherRuntimes(first));
    await part("compiled addon, two projects at once", () => fromSource(others));
  } finally {
    rmSync(work, { recursive: true, force: true });
    console.log(`consumer test ${steps.summary()}`);
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
    if (counts.failed > 0) process.exitCode = 1;
  }
});
