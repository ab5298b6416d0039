// npm test: sets up what is missing, then C++ unit tests (in memory full of NaN), vitest, fuzzing and the conformance suite, on the CPU, in
// narrower number types and with the CUDA library's kernels on a pretend device.
// C++ tests and vitest's project `together` take all processors; of its project `quiet`, which looks at the clock, each file has the machine to
// itself. Files of `alone` are then run one after the other, which takes one processor: conformance, with one thread a run, takes the others
// meanwhile, and with fuzzing all of them in the end.
// The last line counts them all. Arguments go to vitest, and then only vitest runs: npm test -- packages/core
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fromOutput, fromVitest, line, sum } from "./lib/counts.mjs";
import { handOver, ROOT, run, runNode } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { describeError, main, Steps } from "./lib/steps.mjs";

const filters = process.argv.slice(2);

async function cppTests(program) {
  const { code, output } = await run(program, ["--jobs", `${availableParallelism()}`], {
    env: { AUTOCIRCUIT_POISON: "1" },
  });
  return fromOutput(output, code);
}

async function vitest(...options) {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-test-"));
  const report = join(folder, "vitest.json");
  try {
    const program = join(ROOT, "node_modules", "vitest", "vitest.mjs");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    return fromVitest(report, await handOver([program, "run", ...reporters, ...options]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fuzzing() {
  const { code, output } = await runNode([join(ROOT, "packages", "fuzz", "dist", "main.js"), "--cases", "20000"]);
  return fromOutput(output, code);
}

async function conformance(...options) {
  const program = join(ROOT, "packages", "conformance", "dist", "main.js");
  const { code, output } = await runNode([program, ...options], { show: "none" });
  // Several run side by side: each is shown when it is done.
  console.log(output.trimEnd());
  return fromOutput(output, code);
}

/** Runs works side by side in their order, as many as there are processors; each keeps one of them busy. */
async function sideBySide(works) {
  const waiting = [...works];
  const worker = async () => {
    for (let work = waiting.shift(); work; work = waiting.shift()) await work();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

await main(async () => {
  const all = [];
  try {
    const ready = await setup({ cppTests: filters.length === 0 });
    const steps = new Steps();
    const part = (name, work) =>
      steps.step(name, async () => {
        const counts = await work();
        all.push(counts);
        return line(counts);
      });
    if (ready.pretendDevice) process.env.AUTOCIRCUIT_PRETEND_DEVICE = ready.pretendDevice;
    if (filters.length > 0) {
      await part("vitest", () => vitest(...filters));
    } else {
      await part("C++ unit tests", () => cppTests(ready.cppTests));
      await part("vitest", () => vitest("--project", "together", "--project", "quiet"));
      // Two processors are done at the same time: the longest two, one after the other, take as long as all others.
      await sideBySide([
        () => part("vitest, alone", () => vitest("--project", "alone")),
        () => part("conformance, bfloat16", () => conformance("--dtype", "bfloat16")),
        () => part("conformance, float16", () => conformance("--dtype", "float16")),
        () => part("conformance, CUDA kernels on the host", () => conformance("--device", "pretend:0")),
        () => part("conformance", () => conformance()),
        () => part("fuzzing, 20,000 cases", fuzzing),
      ]);
    }
    console.log(`tests ${steps.summary()}`);
  } catch (error) {
    console.error(describeError(error));
    all.push({ passed: 0, failed: 1, skipped: 0 });
  }
  const total = sum(all);
  if (total.failed > 0) process.exitCode = 1;
  for (const name of total.broken) console.log(`failed: ${name}`);
  console.log(line(total));
});
