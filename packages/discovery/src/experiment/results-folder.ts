import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { badFile, cannotWrite, parseJson, readWhole, writeWhole } from "@autocircuit/base";
import { Graph, PruneScores } from "@autocircuit/core";
import type { ExperimentTask } from "./experiment-task.ts";
import { readNumbers, writeNumbers } from "./numbers-in-json.ts";
import type { ResultParts, ScoredTask } from "./result-parts.ts";
import { experimentFile } from "./results-kind.ts";
import { requireScoresOf, scoreFileNames } from "./score-files.ts";

/** The file that holds all but the scores. */
export const EXPERIMENT_FILE = "experiment.json";
const SCORES = "scores";
/** What the file begins with, and which form it has. */
const FORMAT = { format: "autocircuit-experiment", version: 1 } as const;

/** Where scores lie that were written or read. */
const lying = new WeakMap<PruneScores, string>();

/** See `ExperimentResults.save`. The file that names the scores is written last: nobody finds it naming what is not there. */
export async function saveResults(folder: string, { tasks, algorithms, scored, series }: ResultParts): Promise<void> {
  try {
    await mkdir(join(folder, SCORES), { recursive: true });
  } catch (cause) {
    throw cannotWrite(folder, cause);
  }
  const files = scoreFileNames(scored);
  for (const [place, { scores, task, algorithm }] of scored.entries()) {
    const path = resolve(folder, SCORES, files[place]!);
    if (lying.get(scores) === path && existsSync(path)) continue;
    await scores.save(path, { ...scores.info, task, key: algorithm });
    lying.set(scores, path);
  }
  const listed = scored.map(({ scores: _, ...entry }, place) => ({ ...entry, file: files[place]! }));
  const content = writeNumbers({ ...FORMAT, tasks, algorithms, scored: listed, series });
  await writeWhole(join(folder, EXPERIMENT_FILE), `${JSON.stringify(content)}\n`);
}

/** See `ExperimentResults.load`. */
export async function loadResults(folder: string): Promise<ResultParts> {
  const path = join(folder, EXPERIMENT_FILE);
  const json = parsed(path, await readWhole(path));
  const wrong = experimentFile.find(({ holds }) => !holds(json));
  if (wrong) throw badFile(path, wrong.what);
  const {
    tasks,
    algorithms,
    scored: listed,
    series,
  } = json as ResultParts & { scored: (ScoredTask & { file: string })[] };
  const scored: ScoredTask[] = [];
  for (const { file, ...entry } of listed) {
    const place = resolve(folder, SCORES, file);
    const graph = graphOf(tasks, entry.task, path);
    const scores = await PruneScores.load(place, { graph });
    requireScoresOf(scores, entry, algorithms, place);
    lying.set(scores, place);
    scored.push({ ...entry, scores });
  }
  return { tasks, algorithms, scored, series };
}

function graphOf(tasks: readonly ExperimentTask[], key: string, path: string): Graph {
  const task = tasks.find((one) => one.key === key);
  if (task === undefined) throw badFile(path, `it has scores on the task ${JSON.stringify(key)}, which is not in it.`);
  try {
    return Graph.of(task.graph, task.graph);
  } catch (cause) {
    throw badFile(path, `the graph of the task ${JSON.stringify(key)} is malformed: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function parsed(path: string, bytes: Buffer): unknown {
  try {
    return readNumbers(parseJson(bytes.toString("utf8")));
  } catch (cause) {
    throw badFile(path, (cause as Error).message, { cause });
  }
}
