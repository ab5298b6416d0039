import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { DOCS, PAGES, ROOT } from "./places.mjs";

/** Pages that stand at the top of the repository, where people look for them, and their names in the site. */
const FROM_THE_TOP = { "CHANGELOG.md": "changes.md", "SECURITY.md": "security.md" };
const IN_THE_SITE = new Map([
  ...Object.entries(FROM_THE_TOP).map(([from, to]) => [join(ROOT, from), to]),
  [join(ROOT, "README.md"), "index.md"],
]);

/** Copies the written pages to where vitepress reads them, with their pictures. */
export function assemble() {
  rmSync(PAGES, { recursive: true, force: true });
  for (const page of writtenPages()) writePage(page, transformed(join(DOCS, page), page));
  for (const [from, to] of Object.entries(FROM_THE_TOP)) {
    if (existsSync(join(ROOT, from))) writePage(to, transformed(join(ROOT, from), to));
  }
  // Once for the pages, which name them by their place, and once for the first page, which names one by its address.
  for (const folder of ["images", join("public", "images")])
    cpSync(join(DOCS, "images"), join(PAGES, folder), { recursive: true });
}

/** Writes a page of the site. */
export function writePage(name, text) {
  mkdirSync(dirname(join(PAGES, name)), { recursive: true });
  writeFileSync(join(PAGES, name), text);
}

/** Pages in `docs`, and in its folder of guides. */
export function writtenPages() {
  return [".", "guides"].flatMap((folder) =>
    readdirSync(join(DOCS, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  );
}

/** A page's text, with links as they are in the site. What is not in the site is named by its path. */
function transformed(file, page) {
  return readFileSync(file, "utf8").replace(
    /(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)/g,
    (_, text, path, part = "") => {
      const target = resolve(dirname(file), path);
      const name = IN_THE_SITE.get(target);
      if (name) return `[${text}](${relative(dirname(page), name)}${part})`;
      if (target.startsWith(`${DOCS}/`) && /\.(md|svg|png)$/.test(target))
        return `[${text}](${relative(dirname(join(DOCS, page)), target)}${part})`;
      if (!existsSync(target)) throw new Error(`${file} links to ${path}, which does not exist.`);
      const place = `\`${relative(ROOT, target)}\``;
      return text.replaceAll("`", "") === relative(ROOT, target) ? place : `${text} (${place})`;
    },
  );
}
