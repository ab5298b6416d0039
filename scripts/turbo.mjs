// node scripts/turbo.mjs TASKS: turbo without its telemetry and update notes.
import { main } from "./lib/steps.mjs";
import { turbo } from "./lib/turbo.mjs";

await main(async () => {
  if (!(await turbo(process.argv.slice(2)))) process.exitCode = 1;
});
