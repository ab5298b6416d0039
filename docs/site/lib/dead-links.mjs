import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/**
 * Links and pictures of a built site that lead nowhere in it: files that are not there, and parts of pages that no heading has. What leaves
 * the site is not asked for: a build needs no network.
 *
 * @param {string} folder
 * @returns {string[]} One line for each, with the page it stands on.
 */
export function deadLinks(folder) {
  const pages = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html") && entry.name !== "404.html")
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
  const parts = new Map([...texts].map(([page, text]) => [page, new Set(valuesOf(text, /\sid="([^"]*)"/g))]));
  const problems = new Set();
  for (const [page, text] of texts) {
    for (const link of valuesOf(text, /\s(?:href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path, part] = link.split("#");
      const target = path === "" ? page : fileOf(posix.resolve(posix.dirname(page), decodeURI(path)), path);
      if (!texts.has(target) && !existsSync(join(folder, target))) problems.add(`${page}: ${link}`);
      else if (part && texts.has(target) && !parts.get(target).has(decodeURIComponent(part)))
        problems.add(`${page}: ${link}: no such heading`);
    }
  }
  return [...problems].sort();
}

function fileOf(resolved, written) {
  if (written.endsWith("/")) return posix.join(resolved, "index.html");
  return resolved;
}

function valuesOf(text, pattern) {
  return Array.from(text.matchAll(pattern), ([, value]) => value.replaceAll("&amp;", "&").replaceAll("&quot;", '"'));
}
