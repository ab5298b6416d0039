import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run, runNode } from "./run.mjs";
import { StepError } from "./steps.mjs";

const STAMP = join(ROOT, "node_modules", ".autocircuit-setup.json");
const LOCK = join(ROOT, "package-lock.json");

/**
 * Installs what package-lock.json names, unless that is what is installed.
 *
 * @param {"out" | "err"} show Where npm's words go.
 * @returns {Promise<string | { text: string, changed: boolean }>} What was done.
 */
export async function installDependencies(show) {
  const lock = readFileSync(LOCK, "utf8");
  const hash = createHash("sha256").update(lock).digest("hex");
  if (existsSync(STAMP) && JSON.parse(readFileSync(STAMP, "utf8")).lock === hash)
    return { text: "current", changed: false };
  const installed = agreesWith(JSON.parse(lock).packages);
  if (!installed) await npmCi(show);
  writeFileSync(STAMP, `${JSON.stringify({ lock: hash })}\n`);
  return installed ? "current (installed by hand)" : "installed";
}

/** Somebody may have run npm themselves; npm writes down what it installed. */
function agreesWith(wanted) {
  const file = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(file)) return false;
  const { packages: installed } = JSON.parse(readFileSync(file, "utf8"));
  return Object.entries(wanted).every(([path, { version, optional, link, bin = {} }]) => {
    // Commands of our own packages, which a change of their manifests may add.
    const linked = (name) => existsSync(join(ROOT, "node_modules", ".bin", name));
    if (path !== "" && !path.includes("node_modules/")) return Object.keys(bin).every(linked);
    if (path === "" || link) return true;
    return installed[path] ? installed[path].version === version : optional === true;
  });
}

async function npmCi(show) {
  const args = ["ci", "--no-audit", "--no-fund", "--prefer-offline"];
  const npm = process.env.npm_execpath;
  const { code } = npm?.endsWith(".js")
    ? await runNode([npm, ...args], { show })
    : await run(process.platform === "win32" ? "npm.cmd" : "npm", args, { show });
  if (code !== 0)
    throw new StepError("npm ci failed. Look at its messages above; package-lock.json may need npm install.");
}
