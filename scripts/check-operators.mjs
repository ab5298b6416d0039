// npm run check:operators [-- PYTHON]: LibTorch's own checks of our operators, which are written in Python. Needs a Python whose
// `torch` is of the LibTorch that the addon is built against (2.13.0 for 2.13.0); with AUTOCIRCUIT_LIBTORCH naming that `torch` folder
// the two are the same.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, StepError } from "./lib/steps.mjs";

await main(async () => {
  await setup();
  const { build } = await import(pathToFileURL(join(ROOT, "native", "dist", "toolchain", "index.js")).href);
  const { output, libtorch } = await build({ target: "operators", onLine: console.log });
  const python = process.argv[2] ?? process.env.AUTOCIRCUIT_PYTHON ?? "python3";
  const version = await run(python, ["-c", "import torch; print(torch.__version__)"], { show: "none" }).catch(
    (cause) => {
      throw new StepError(`${python} cannot be started: ${cause.message}`);
    },
  );
  const release = libtorch.build.split("+")[0];
  if (!version.output.includes(release)) {
    throw new StepError(
      `${python} has ${version.code === 0 ? `torch ${version.output.trim()}` : "no torch"}; install torch==${release} there, or name ` +
        "another Python: npm run check:operators -- PYTHON",
    );
  }
  const { code } = await run(python, [join(ROOT, "native", "test", "operators", "check_operators.py"), output]);
  process.exitCode = code;
});
