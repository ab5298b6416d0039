import { build } from "./build.ts";

/*
 * What AUTOCIRCUIT_AUTO_SETUP=1 and `npm run build:addon` run: finds or fetches LibTorch, then brings what is not current.
 * `--force` builds from scratch; `--jobs N` sets the number of compilers at once.
 */
const args = process.argv.slice(2);
const jobs = args.includes("--jobs") ? Number(args[args.indexOf("--jobs") + 1]) : undefined;

try {
  if (jobs !== undefined && !(Number.isInteger(jobs) && jobs > 0))
    throw new Error("--jobs wants a number of compilers");
  const result = await build({ force: args.includes("--force"), jobs, onLine: (line) => console.log(line) });
  const what = result.built ? `addon ${result.origin} in ${result.seconds.toFixed(1)} s` : "addon is current";
  console.log(`${what}: ${result.output} (LibTorch ${result.libtorch.build})`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
