import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PruneScores } from "@autocircuit/core";
import type { UnitResult } from "../unit/run-unit.ts";

/** The scores of a unit. @throws AutocircuitError `bad-file` for a damaged file */
export async function scoresOf({ scores }: UnitResult): Promise<PruneScores> {
  // The reader of scores maps files.
  const folder = await mkdtemp(join(tmpdir(), "autocircuit-scores-"));
  try {
    const path = join(folder, "scores.safetensors");
    await writeFile(path, Buffer.from(scores, "base64"));
    return await PruneScores.load(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
