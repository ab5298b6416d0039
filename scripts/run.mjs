// node scripts/run.mjs NAME ARGS: sets up what is missing, then runs the command of packages/NAME with ARGS.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { handOver, ROOT } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, StepError } from "./lib/steps.mjs";

const NAMES = ["bench", "cli", "conformance", "fuzz"];

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (!NAMES.includes(name)) throw new StepError(`Usage: node scripts/run.mjs ${NAMES.join("|")} [arguments]`);
  await setup({ quiet: true });
  const program = join(ROOT, "packages", name, "dist", "main.js");
  if (!existsSync(program)) throw new StepError(`${program} is missing although everything was built.`);
  process.exitCode = await handOver([program, ...args]);
});
