import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the package `@autocircuit/native`, from the sources as well as from the compiled files. */
export const NATIVE_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
