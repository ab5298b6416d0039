import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cannotWrite } from "@autocircuit/base";
import type { PruneScores } from "@autocircuit/core";
import { fileName } from "./file-name.ts";

/**
 * Keeps scores in a folder, which is made. A file that is there, of an earlier studio say, stays: the next one gets a number.
 *
 * @throws AutocircuitError `bad-input` for a name that is none, `bad-file` where nothing can be written
 */
export async function saveScores(folder: string, name: string, scores: PruneScores): Promise<void> {
  const plain = fileName(name);
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw cannotWrite(folder, cause);
  });
  const path = (number: number) => join(folder, `${plain}${number > 1 ? ` (${number})` : ""}.safetensors`);
  let number = 1;
  while (existsSync(path(number))) number++;
  await scores.save(path(number));
}
