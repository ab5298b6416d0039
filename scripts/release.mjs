// npm run release -- [--dry-run] [--out FOLDER] [--tag TAG]: makes the tarballs of all packages, the one with the prebuilt addon among
// them, checks that they belong together, and publishes them. With --dry-run they are left in FOLDER (release/), and nothing is published.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packAll } from "./lib/pack-all.mjs";
import { changelogOf, publishedPackages, versionProblems } from "./lib/release-packages.mjs";
import { ROOT, run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, StepError } from "./lib/steps.mjs";

const OPTIONS = {
  "dry-run": { type: "boolean", default: false },
  out: { type: "string", default: "release" },
  tag: { type: "string", default: "latest" },
};

await main(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const packages = publishedPackages();
  const notes = changelogOf(version);
  const problems = [
    ...versionProblems(packages),
    ...(notes === undefined ? [`CHANGELOG.md says nothing about ${version}: add "## ${version}"`] : []),
    ...(values["dry-run"] ? [] : await problemsOfPublishing()),
  ];
  if (problems.length > 0) throw new StepError(`Not released:\n${problems.map((text) => `  - ${text}`).join("\n")}`);
  await setup({ addon: false });
  const folder = resolve(values.out);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tarballs = await packAll(packages, folder, { version, onLine: (line) => console.log(`  ${line}`) });
  writeFileSync(join(folder, "NOTES.md"), `## ${notes}\n`);
  for (const { name, file, bytes, unpacked, files } of tarballs)
    console.log(
      `${name} ${version}: ${basename(file)}, ${kilobytes(bytes)}, ${kilobytes(unpacked)} unpacked, ${files} files`,
    );
  if (values["dry-run"]) {
    console.log(`${tarballs.length} tarballs in ${folder}; nothing was published`);
    return;
  }
  // What others depend on comes first.
  for (const { file } of tarballs) {
    const { code } = await run("npm", ["publish", file, "--tag", values.tag]);
    if (code !== 0)
      throw new StepError(`${basename(file)} was not published; those before it were. Run again once that is mended.`);
  }
});

/** What must hold for a release that others can check. */
async function problemsOfPublishing() {
  const { output } = await run("git", ["status", "--porcelain"], { show: "none" });
  const { repository } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return [
    ...(output.trim() === "" ? [] : ["there are changes that are not committed"]),
    ...(repository ? [] : ['package.json names no "repository": provenance is checked against it']),
  ];
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
