import { UsageError } from "../support/usage-error.ts";

/** Options of `autocircuit datasets`, as commander gives them. */
export interface DatasetsCommandOptions {
  tokenizer?: string;
  count?: number;
  out?: string;
  seed: number;
}

/** @throws UsageError for a file's name in the place of the folder to write to */
export function requireFolderName(out: string | undefined): void {
  if (out?.toLowerCase().endsWith(".json"))
    throw new UsageError(
      `--out ${out}: it is a folder, in which each data set is a file NAME.json. Give a folder's name.`,
    );
}
