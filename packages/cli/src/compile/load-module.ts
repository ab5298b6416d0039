import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { requireThere } from "../support/text-of.ts";
import { UsageError } from "../support/usage-error.ts";

const EXTENSIONS = [".ts", ".mts", ".js", ".mjs"];

/** Whether the text names a module file rather than a program of the library. */
export function isModulePath(text: string): boolean {
  return EXTENSIONS.includes(extname(text));
}

/**
 * Imports a JavaScript or TypeScript module and gives its default export. TypeScript runs as it is where Node strips types (22.18 and
 * newer); elsewhere the installed `typescript` translates it first.
 *
 * @throws UsageError when the file does not load or has no default export; AutocircuitError when it is missing
 */
export async function loadDefaultExport(path: string): Promise<unknown> {
  const file = resolve(path);
  requireThere(path);
  shareLibrary();
  const loaded = await (needsTranslation(file) ? importTranslated(file) : importFile(file));
  if (loaded.default !== undefined) return loaded.default;
  throw new UsageError(`${path} has no default export. End it with: export default yourProgram;`);
}

function needsTranslation(file: string): boolean {
  const strips = (process.features as { typescript?: unknown }).typescript;
  return extname(file).endsWith("ts") && !strips;
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new UsageError(`${basename(file)} could not be loaded: ${(cause as Error).message}`, { cause });
  }
}

/** Translates into a folder beside the file, so that its imports resolve as they would from there. */
async function importTranslated(file: string): Promise<Record<string, unknown>> {
  const tsc = findTypescript(file);
  const folder = mkdtempSync(join(dirname(file), ".autocircuit-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const options =
      "--ignoreConfig --module esnext --moduleResolution bundler --target es2023 --noCheck --skipLibCheck --rewriteRelativeImportExtensions";
    await promisify(execFile)(process.execPath, [
      tsc,
      file,
      ...options.split(" "),
      "--rootDir",
      dirname(file),
      "--outDir",
      folder,
    ]);
    return await importFile(join(folder, basename(file).replace(/ts$/, "js")));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    // What the compiler said is the cause; the command line that failed helps nobody.
    const said = (cause as { stdout?: string }).stdout?.trim() || (cause as Error).message;
    throw new UsageError(`${basename(file)} is not valid TypeScript: ${said}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findTypescript(file: string): string {
  for (const from of [file, import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve("typescript/package.json")), "bin", "tsc");
    } catch {
      // Not installed there; the next place may have it.
    }
  }
  throw new UsageError(
    `${basename(file)} is TypeScript, which Node ${process.versions.node} does not run. ` +
      "Install the typescript package, use Node 22.18 or newer, or write the program as .mjs.",
  );
}

let shared = false;

/** Lets the module import "@autocircuit/tracr" wherever it lies, and makes it the same copy that compiles the program. */
function shareLibrary(): void {
  if (shared) return;
  shared = true;
  const url = JSON.stringify(import.meta.resolve("@autocircuit/tracr"));
  const hooks = `export async function resolve(name, context, next) {
    return name === "@autocircuit/tracr" ? { url: ${url}, shortCircuit: true } : next(name, context);
  }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}
