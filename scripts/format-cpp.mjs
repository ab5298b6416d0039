// The C++ as .clang-format has it. `--check` (npm run lint) names the files that are not, without it (npm run format) they are written.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ROOT, runNode } from "./lib/run.mjs";
import { main, StepError } from "./lib/steps.mjs";

await main(async () => {
  const folders = ["src", "cuda", "test", "cmake"].map((name) => join("native", name));
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(cc|h|cu|cuh)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const check = process.argv.includes("--check");
  const program = join(
    dirname(createRequire(import.meta.url).resolve("clang-format-node/package.json")),
    "build/cli.js",
  );
  const { code } = await runNode([program, ...(check ? ["--dry-run", "--Werror"] : ["-i"]), ...files]);
  if (code !== 0)
    throw new StepError(check ? "Some C++ is laid out otherwise: npm run format" : "clang-format failed.");
  console.log(`${files.length} files of C++ ${check ? "are laid out as .clang-format has it" : "laid out"}`);
});
