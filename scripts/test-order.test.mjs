import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ALONE, QUIET } from "../vitest.config.ts";
import { ROOT } from "./lib/run.mjs";

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function expanded(path) {
  const [, before, names, after] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
  return names === undefined ? [path] : names.split(",").map((name) => `${before}${name}${after}`);
}
const apart = [...QUIET, ...ALONE].flatMap(expanded);

/** Test files below a folder. */
function testsIn(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return path.endsWith(".test.ts") ? [path] : [];
    return ["node_modules", "dist", "build"].includes(entry.name) ? [] : testsIn(path);
  });
}

describe("tests that run apart from the others", () => {
  it("are there", () => {
    expect(apart.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("are all that count the tensors of their process", () => {
    const counting = ["native/lib", "native/test", "packages"]
      .flatMap(testsIn)
      .filter((path) => /\bmemory\(\)/.test(readFileSync(join(ROOT, path), "utf8")));
    expect(counting.length).toBeGreaterThan(5);
    expect(counting.filter((path) => !apart.includes(path))).toEqual([]);
  });
});
