import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cannotWrite } from "@autocircuit/base";
import type { PruneScores } from "@autocircuit/core";
import { fileName } from "./file-name.ts";

/**
 * The file that scores of a name are kept in.
 *
 * @throws AutocircuitError `bad-input` for a name that is none; `save` throws `bad-file` where it cannot be written
 */
export function scoresFile(folder: string, name: string): { save: (scores: PruneScores) => Promise<void> } {
  const path = join(folder, `${fileName(name)}.safetensors`);
  return {
    save: async (scores) => {
      await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
        throw cannotWrite(folder, cause);
      });
      await scores.save(path);
    },
  };
}
