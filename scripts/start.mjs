// npm start: sets up what is missing, then finds the circuits of two small transformers whose circuits are known,
// and writes a report about each to circuit-reports/TASK/.
import { join } from "node:path";
import { handOver, ROOT } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, StepError, Steps } from "./lib/steps.mjs";

const TASKS = ["tracr-reverse", "tracr-xproportion"];

await main(async () => {
  await setup();
  const steps = new Steps();
  const program = join(ROOT, "packages", "cli", "dist", "main.js");
  for (const task of TASKS) {
    await steps.step(task, async () => {
      const report = join("circuit-reports", task, "report.html");
      const code = await handOver([program, "discover", task]);
      if (code !== 0) throw new StepError(`autocircuit discover ${task} failed: see above.`);
      return report;
    });
  }
  console.log(`discovery ${steps.summary()}`);
});
