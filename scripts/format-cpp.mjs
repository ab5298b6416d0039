// The C++ as .clang-format has it. `--check` (npm run lint) names the files that are not, without it (npm run format) they are written.
// Comments are broken by whoever writes them, so that those which are too wide are only told of.
import { readdirSync, readFileSync } from "node:fs";
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
  const width = Number(/^ColumnLimit: (\d+)$/m.exec(readFileSync(join(ROOT, ".clang-format"), "utf8"))[1]);
  const wide = files.flatMap((file) => wideComments(file, width));
  if (check && wide.length > 0) throw new StepError(`Comments of more than ${width} columns:\n${wide.join("\n")}`);
  console.log(`${files.length} files of C++ ${check ? "are laid out as .clang-format has it" : "laid out"}`);
});

/** Where a file has comments that are wider. */
function wideComments(file, width) {
  const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
  return lines.flatMap((line, index) => (line.length > width && line.includes("//") ? [`${file}:${index + 1}`] : []));
}
