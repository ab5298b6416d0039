// node scripts/run.mjs NAME ARGS: sets up what is missing, then runs the command of packages/NAME with ARGS, or, with "example", a script of
// examples/.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { handOver, ROOT } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, StepError } from "./lib/steps.mjs";

const NAMES = ["bench", "cli", "conformance", "fuzz"];

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === "example") return runExample(args);
  if (!NAMES.includes(name)) throw new StepError(`Usage: node scripts/run.mjs ${NAMES.join("|")}|example [arguments]`);
  await setup({ quiet: true });
  const program = join(ROOT, "packages", name, "dist", "main.js");
  if (!existsSync(program)) throw new StepError(`${program} is missing although everything was built.`);
  process.exitCode = await handOver([program, ...args]);
});

async function runExample([name, ...args]) {
  const names = readdirSync(join(ROOT, "examples")).map((file) => basename(file, ".mjs"));
  if (!names.includes(name)) throw new StepError(`Usage: npm run example -- ${names.join("|")} [arguments]`);
  const file = join(ROOT, "examples", `${name}.mjs`);
  if (args.includes("--help") || args.includes("-h")) return console.log(headOf(file));
  await setup({ quiet: true });
  process.exitCode = await handOver(["--import", join(ROOT, "scripts", "lib", "plain-errors.mjs"), file, ...args]);
}

/** The comment that a script begins with says what it does and takes. */
function headOf(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n");
}
