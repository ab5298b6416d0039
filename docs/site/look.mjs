// node docs/site/look.mjs [FOLDER]: opens six pages of the built site in a Chromium of this machine, wide and narrow, light and dark; says what
// axe-core finds serious, and whether a page is wider than the screen; FOLDER gets pictures. CHROMIUM names the program.
import { createReadStream, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import puppeteer from "puppeteer-core";
import { OUT } from "./lib/places.mjs";

const PAGES = ["index", "start", "ideas", "guides/own-model", "methods", "api/core/functions/runCircuits"];
const WIDTHS = [1280, 400];
const SERIOUS = new Set(["serious", "critical"]);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const [pictures] = process.argv.slice(2);
const program = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
if (!program) {
  console.log("skipped: there is no Chromium; CHROMIUM names one");
  process.exit(0);
}
if (!existsSync(join(OUT, "index.html"))) {
  console.error("There is no site yet: npm run docs");
  process.exit(2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const server = createServer((request, response) => {
  const file = join(OUT, normalize(new URL(request.url, "http://site").pathname));
  if (!existsSync(file) || extname(file) === "") return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const browser = await puppeteer.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });

const found = [];
for (const page of PAGES)
  for (const width of WIDTHS) for (const scheme of ["light", "dark"]) await look(page, width, scheme);
await browser.close();
server.close();
for (const line of found) console.log(line);
console.log(`${PAGES.length} pages at ${WIDTHS.join(" and ")} px, light and dark: ${found.length} serious faults`);
process.exitCode = found.length > 0 ? 1 : 0;

async function look(name, width, scheme) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(`http://127.0.0.1:${server.address().port}/${name}.html`, { waitUntil: "networkidle0" });
  const where = `${name} at ${width} px, ${scheme}`;
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, impact, help, nodes } of violations)
    if (SERIOUS.has(impact))
      found.push(
        `${where}: ${id}: ${help}: ${nodes
          .slice(0, 3)
          .map(({ target }) => target)
          .join(", ")} (${nodes.length})`,
      );
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) found.push(`${where}: the page is ${wide} px wide`);
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    if (scheme === "light")
      await page.screenshot({ path: join(pictures, `${name.replaceAll("/", "-")}-${width}.png`) });
  }
  await page.close();
}
