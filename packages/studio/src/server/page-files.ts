import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the page is built to: the same from the compiled server and from its sources. */
export const PAGE_FOLDER = fileURLToPath(new URL("../../dist/page/", import.meta.url));

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * The files of the page by their path within its folder, `/` between folders. They are read once, and nothing else is ever served: no
 * path that a request names is opened.
 */
export function readPageFiles(folder: string = PAGE_FOLDER): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of listed(folder)) {
    const path = entry.slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, "");
    const type = TYPES[extname(path)];
    if (type !== undefined) files.set(path, { type, bytes: new Uint8Array(readFileSync(entry)) });
  }
  return files;
}

function listed(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    // Not built yet: the server says so when the page is asked for.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
