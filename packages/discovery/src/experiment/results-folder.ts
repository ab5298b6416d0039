import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { badFile, makeFolder, parseJson, readWhole, writeWhole } from "@autocircuit/base";
import { Graph, PruneScores } from "@autocircuit/core";
import type { ExperimentTask } from "./experiment-task.ts";
import { readNumbers, writeNumbers } from "./numbers-in-json.ts";
import type { ResultParts, ScoredTask } from "./result-parts.ts";
import { experimentFile } from "./results-kind.ts";

/** The file that holds all but the scores. */
export const EXPERIMENT_FILE = "experiment.json";
const SCORES = "scores";
/** What the file begins with, and which form it has. */
const FORMAT = { format: "autocircuit-experiment", version: 1 } as const;

/** Where scores lie that were written or read. */
const lying = new WeakMap<PruneScores, string>();

/** See `ExperimentResults.save`. The file that names the scores is written last: nobody finds it naming what is not there. */
export async function saveResults(folder: string, { tasks, algorithms, scored, series }: ResultParts): Promise<void> {
  makeFolder(join(folder, SCORES));
  const files = fileNames(scored);
  for (const [place, { scores, task }] of scored.entries()) {
    const path = resolve(folder, SCORES, files[place]!);
    if (lying.get(scores) === path && existsSync(path)) continue;
    await scores.save(path, { ...scores.info, task });
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

/** A name for each file of scores that any system takes and people can read. */
function fileNames(scored: readonly ScoredTask[]): string[] {
  const slug = (text: string) =>
    text
      .replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 60)
      .toLowerCase();
  const names = scored.map(({ task, algorithm }) => `${slug(task)}--${slug(algorithm)}`);
  const before = (place: number) => names.slice(0, place).filter((name) => name === names[place]).length;
  return names.map((name, place) => `${name}${before(place) > 0 ? `-${before(place) + 1}` : ""}.safetensors`);
}
