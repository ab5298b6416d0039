// npm run pack -- FILE.tar.xz: everything that the command line, the conformance suite and the benchmarks need to run on a machine that has a
// LibTorch but neither Node nor npm nor a network: this Node, the compiled packages, what they depend on, the addon, the libraries of CUDA
// kernels, and the C++ tests where they are built. Build for the other machine's LibTorch first (docs/cuda.md says how).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { writeArchive } from "./lib/archive.mjs";
import { ROOT } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, StepError } from "./lib/steps.mjs";

/** What is installed of the packages that run, not of the tools that build and test. */
function dependencies() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => path.startsWith("node_modules/") && !dev && !link)
    .map(([path]) => path);
}

function compiledPackages() {
  return readdirSync(join(ROOT, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [`packages/${name}/package.json`, `packages/${name}/dist`]);
}

// With the sources, so that what does not fit there can be built there.
const NATIVE = [
  "package.json",
  "dist",
  "src",
  "cuda",
  "test/cpp",
  "cmake",
  "CMakeLists.txt",
  "build/Release/autocircuit.node",
];
const BUILT = ["build/stamp.json", "build/cuda", "build/autocircuit_tests"];

await main(async () => {
  const [file, ...rest] = process.argv.slice(2);
  if (!file?.endsWith(".tar.xz") || rest.length > 0) throw new StepError("Usage: npm run pack -- FILE.tar.xz");
  await setup();
  const paths = [
    "package.json",
    ...[...NATIVE, ...BUILT].map((path) => `native/${path}`),
    ...compiledPackages(),
    "packages/conformance/fixtures",
    "scripts/gpu",
    "node_modules/@autocircuit",
    ...dependencies(),
  ].filter((path) => existsSync(join(ROOT, path)));
  const target = resolve(file);
  const { execPath } = process;
  // The compiler's leftovers stay behind.
  const what = ["--exclude=native/build/cuda/.*", "-C", ROOT, ...paths, "-C", dirname(execPath), basename(execPath)];
  console.log(`compressing ${paths.length + 1} files and folders on all cores, for a minute or more ...`);
  await writeArchive(target, what);
  console.log(`wrote ${target}: unpack it anywhere, then ./node packages/cli/dist/main.js --help`);
});
