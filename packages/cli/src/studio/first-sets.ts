import type { LoadedTask } from "@autocircuit/core";
import { firstScores } from "@autocircuit/discovery";
import type { GivenSet } from "@autocircuit/studio";
import { Progress } from "../support/progress.ts";

/** The scores to begin with where nobody gave any; none where even a few prompts would take too long, which is said. */
export async function firstSets(
  task: LoadedTask,
  { signal, print }: { signal: AbortSignal; print: (line: string) => void },
): Promise<GivenSet[]> {
  using progress = new Progress("edge-attribution");
  const first = await firstScores(task, { signal, onProgress: ({ done, total }) => progress.update(done, total) });
  if (first === null) {
    print("scores: edge attribution would take long here; start it in the page, or give --scores");
    return [];
  }
  const origin = `edge-attribution, resample, ${first.promptCount} prompts, made at the start`;
  return [{ name: "edge attribution", origin, of: first.scores }];
}
