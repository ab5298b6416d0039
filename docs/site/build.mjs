// node docs/site/build.mjs [--serve]: the documentation's site, from docs/*.md and what programs say of themselves, into docs/site/dist.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build, serve } from "vitepress";
import { benchmarksPage } from "./generate/benchmarks.mjs";
import { commandLinePage } from "./generate/command-line.mjs";
import { errorsPage } from "./generate/errors.mjs";
import { examplesPage } from "./generate/examples.mjs";
import { homePage } from "./generate/home.mjs";
import { loadsPage } from "./generate/loads.mjs";
import { metricsPage } from "./generate/metrics.mjs";
import { writeApi } from "./lib/api.mjs";
import { assemble } from "./lib/assemble.mjs";
import { deadLinks } from "./lib/dead-links.mjs";
import { OUT, SITE } from "./lib/places.mjs";

const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const note = (text) => console.log(`${text} (${seconds()} s)`);

assemble();
homePage();
await commandLinePage();
errorsPage();
examplesPage();
await metricsPage();
await loadsPage();
await benchmarksPage();
note("pages copied and generated");
await writeApi();
note("API read");
await build(SITE);
note("site written");

const files = readdirSync(OUT, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
const pages = files.filter(({ name }) => name.endsWith(".html")).length;
console.log(`${OUT}: ${pages} pages, ${(bytes / 1e6).toFixed(1)} MB in ${files.length} files, ${seconds()} s`);
// vitepress looks whether pages are there, not whether they have the part that a link names; base would stand before every link.
const dead = process.env.DOCS_BASE ? [] : deadLinks(OUT);
for (const link of dead) console.error(`dead link on ${link}`);
if (dead.length > 0) process.exitCode = 1;
else if (process.argv.includes("--serve")) {
  await serve({ root: SITE, port: 4173 });
}
