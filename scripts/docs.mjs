// npm run docs [-- --serve]: the documentation's site into docs/site/dist; with --serve, shown at http://localhost:4173 until Ctrl-C.
import { join } from "node:path";
import { handOver, ROOT } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main } from "./lib/steps.mjs";

await main(async () => {
  await setup({ addon: false, quiet: true });
  process.exitCode = await handOver([join(ROOT, "docs", "site", "build.mjs"), ...process.argv.slice(2)]);
});
