import { badFile } from "@autocircuit/base";
import type { PruneScores } from "@autocircuit/core";
import type { RecordedAlgorithm, ScoredTask } from "./result-parts.ts";

/** What scores are of. */
type ScoresOf = Pick<ScoredTask, "task" | "algorithm">;

/**
 * A name for a file of scores that any system takes and people can read.
 *
 * @param unused whether no other file has a name; on some systems case does not count, so that names are in small letters
 */
export function scoreFileName({ task, algorithm }: ScoresOf, unused: (name: string) => boolean): string {
  const plain = `${slug(task)}--${slug(algorithm)}`;
  for (let count = 1; ; count++) {
    const name = `${plain}${count > 1 ? `-${count}` : ""}.safetensors`;
    if (unused(name)) return name;
  }
}

function slug(text: string): string {
  return text
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60)
    .toLowerCase();
}

/**
 * Checks that a file of scores says that it is of the task and algorithm that it is listed for. Files of earlier versions do not say the key;
 * of those the algorithm's name must be right.
 *
 * @throws AutocircuitError `bad-file`
 */
export function requireScoresOf(
  { info }: PruneScores,
  { task, algorithm }: ScoresOf,
  algorithms: readonly RecordedAlgorithm[],
  path: string,
): void {
  const name = algorithms.find(({ key }) => key === algorithm)?.options.algorithm;
  const other = (said: unknown, expected: unknown) => said !== undefined && expected !== undefined && said !== expected;
  const wrong =
    other(info.task, task) || (info.key === undefined ? other(info.algorithm, name) : info.key !== algorithm);
  if (!wrong) return;
  throw badFile(
    path,
    `it has the scores of ${info.key ?? info.algorithm} on ${info.task}, but is listed as those of ${algorithm} on ${task}. ` +
      "Restore the folder as it was written, or run the algorithm anew in another folder.",
  );
}
