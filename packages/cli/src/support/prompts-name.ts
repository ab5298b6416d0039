import { basename } from "node:path";

/** What a file of prompts is called: its name without the ending of its format. */
export function promptsName(file: string): string {
  return basename(file).replace(/\.(json|jsonl|csv)$/i, "");
}

/** What several files of prompts are called together. */
export function promptsNames(files: readonly string[]): string {
  return files.map(promptsName).join(", ");
}
