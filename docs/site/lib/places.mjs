import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
/** The pages that people write. */
export const DOCS = join(ROOT, "docs");
export const SITE = join(DOCS, "site");
/** Written and generated pages together, as vitepress reads them; made anew by each build. */
export const PAGES = join(SITE, ".cache", "pages");
/** The site. */
export const OUT = join(SITE, "dist");
