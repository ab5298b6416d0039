// npm run build:cuda -- ARGS: builds the library of CUDA kernels alone, with what `autocircuit build --cuda` takes. Needs nvcc, no GPU.
import { join } from "node:path";
import { handOver, ROOT } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main } from "./lib/steps.mjs";

await main(async () => {
  await setup({ addon: false, quiet: true });
  const program = join(ROOT, "packages", "cli", "dist", "main.js");
  process.exitCode = await handOver([program, "build", "--cuda", ...process.argv.slice(2)]);
});
