// npm run test:caps: the C++ unit tests and the conformance suite once under each cap of AUTOCIRCUIT_CPU that this processor knows, with
// LibTorch's, oneDNN's and MKL's own caps set along, so that the whole machine is imitated as far as they allow; and once with all products with
// matrices by panels and by the general library, whichever of them this processor takes by itself.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fromOutput, line, sum } from "./lib/counts.mjs";
import { ROOT, run, runNode } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, Steps } from "./lib/steps.mjs";

/** What else is capped, to be like a processor that has no more. */
const ALONG = {
  avx512: {},
  avx2: { ATEN_CPU_CAPABILITY: "avx2", ONEDNN_MAX_CPU_ISA: "AVX2", MKL_ENABLE_INSTRUCTIONS: "AVX2" },
  baseline: { ATEN_CPU_CAPABILITY: "default", ONEDNN_MAX_CPU_ISA: "SSE41", MKL_ENABLE_INSTRUCTIONS: "SSE4_2" },
  neon: {},
};

await main(async () => {
  const ready = await setup({ cppTests: true });
  const { processor } = await import(pathToFileURL(join(ROOT, "native", "dist", "index.js")).href);
  const steps = new Steps();
  const all = [];
  const part = (name, work) =>
    steps.step(name, async () => {
      const { code, output } = await work();
      const counts = fromOutput(output, code);
      all.push(counts);
      return line(counts);
    });
  const both = async (name, env) => {
    const jobs = ["--jobs", `${availableParallelism()}`];
    await part(`${name}: C++ unit tests`, () => run(ready.cppTests, jobs, { env }));
    await part(`${name}: conformance`, () =>
      runNode([join(ROOT, "packages", "conformance", "dist", "main.js")], { env }),
    );
  };
  for (const set of processor().sets)
    await both(set, { ...(set === "neon" ? {} : { AUTOCIRCUIT_CPU: set }), ...ALONG[set] });
  for (const way of ["panels", "library"]) await both(`products by ${way}`, { AUTOCIRCUIT_PRODUCTS: way });
  const total = sum(all);
  console.log(line(total));
  if (total.failed > 0) process.exitCode = 1;
});
