// node scripts/complete-lock.mjs: adds to package-lock.json the platform packages that npm left out.
//
// Tools with one binary package per platform name them all as optional dependencies. A registry that does not carry every
// one of them makes `npm install` leave the others out of the lock file without a word, and `npm ci` then refuses that
// file. An entry without a checksum is enough: npm never fetches a package of another platform, and checks it when it is.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingOptional } from "./api/file-rules.mjs";
import { ROOT } from "./lib/run.mjs";

const file = join(ROOT, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));

/** `@turbo/darwin-64` -> `{ os: ["darwin"], cpu: ["x64"] }`. */
function platformOf(name) {
  const match = /(android|darwin|freebsd|linux|win32|windows)-(arm64|x64|64)(?:-(gnu|msvc|musl))?$/.exec(name);
  if (!match) throw new Error(`${name} does not tell its platform by its name; add it to package-lock.json by hand.`);
  const os = match[1] === "windows" ? "win32" : match[1];
  const libc = os === "linux" ? { libc: [match[3] === "musl" ? "musl" : "glibc"] } : {};
  return { cpu: [match[2] === "64" ? "x64" : match[2]], ...libc, os: [os] };
}

const missing = missingOptional(lock.packages);
for (const { name, version, parent } of missing) {
  const { dev, license } = lock.packages[parent];
  const { os, ...rest } = platformOf(name);
  lock.packages[`node_modules/${name}`] = { version, ...rest, ...(dev ? { dev } : {}), license, optional: true, os };
}
if (missing.length > 0) {
  const entries = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
}
console.log(
  missing.length === 0 ? "package-lock.json is complete" : `added ${missing.map(({ name }) => name).join(", ")}`,
);
