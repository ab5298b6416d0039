import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../lib/run.mjs";
import { readCode } from "./packages.mjs";

const IMPORTS =
  /(?:^|[\s;])(?:import|export)\s[^"'`;]*?from\s*["'](\.[^"']+)["']|(?:^|\W)import\(\s*["'](\.[^"']+)["']/gm;
const INCLUDES = /^#include "([^"]+)"/gm;
/** Cycles that are the nature of the thing: a RASP expression is made of selectors, which are made of expressions. */
const NATURAL = ["packages/tracr/src/language/"];

/**
 * Files that import each other in a circle, types included, and folders of C++ that include each other.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @returns {string[]}
 */
export function cycleProblems(packages) {
  const files = new Map();
  for (const { sources } of packages) {
    for (const file of sources) files.set(file, importsOf(file));
  }
  const circles = circlesOf(files).filter(
    (circle) => !NATURAL.some((room) => circle.every((file) => file.startsWith(room))),
  );
  return [
    ...circles.map((circle) => `these files import each other in a circle: ${circle.join(", ")}`),
    ...circlesOf(includesOfFolders("native/src")).map(
      (circle) => `these folders of native/src include each other in a circle: ${circle.join(", ")}`,
    ),
  ];
}

function importsOf(file) {
  return [...readCode(file).matchAll(IMPORTS)].map((match) => join(dirname(file), match[1] ?? match[2]));
}

/** Folder of the first level -> folders it includes from. */
function includesOfFolders(root) {
  const folders = readdirSync(join(ROOT, root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    folders.map(({ name }) => {
      const files = readdirSync(join(ROOT, root, name), { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile() && /\.(cc|h)$/.test(entry.name) && !entry.name.endsWith("_test.cc"),
      );
      const included = files.flatMap((entry) =>
        [...readFileSync(join(entry.parentPath, entry.name), "utf8").matchAll(INCLUDES)].map((match) => match[1]),
      );
      const others = included.filter((path) => path.includes("/")).map((path) => path.split("/")[0]);
      return [name, [...new Set(others)].filter((other) => other !== name && existsSync(join(ROOT, root, other)))];
    }),
  );
}

/**
 * Strongly connected parts of more than one member (Tarjan 1972), each sorted.
 *
 * @param {Map<string, string[]>} arrows
 * @returns {string[][]}
 */
export function circlesOf(arrows) {
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const circles = [];
  const visit = (name) => {
    order.set(name, order.size);
    lowest.set(name, order.get(name));
    open.push(name);
    for (const next of arrows.get(name) ?? []) {
      if (!arrows.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(name, Math.min(lowest.get(name), lowest.get(next)));
    }
    if (lowest.get(name) !== order.get(name)) return;
    const part = open.splice(open.indexOf(name));
    if (part.length > 1) circles.push(part.sort());
  };
  for (const name of arrows.keys()) if (!order.has(name)) visit(name);
  return circles.sort();
}
