// npm run setup: everything a clone needs before anything else runs. Safe to repeat; what is current is left alone.
import { setup } from "./lib/setup.mjs";
import { main } from "./lib/steps.mjs";

await main(async () => {
  await setup({ cppTests: process.argv.includes("--cpp-tests") });
});
