import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  AutocircuitError,
  badFile,
  makeFolder,
  parseJson,
  readWhole,
  whileClaimed,
  writeWhole,
} from "@autocircuit/base";
import { type Graph, PruneScores, storedGraph } from "@autocircuit/core";
import type { ExperimentTask } from "./experiment-task.ts";
import { inTurn } from "./in-turn.ts";
import { joined, mergedParts } from "./merge-parts.ts";
import { readNumbers, writeNumbers } from "./numbers-in-json.ts";
import type { ResultParts, ScoredTask } from "./result-parts.ts";
import { experimentFile } from "./results-kind.ts";
import { requireScoresOf, scoreFileName } from "./score-files.ts";

/** The file that holds all but the scores. */
export const EXPERIMENT_FILE = "experiment.json";
const SCORES = "scores";
/** What the file begins with, and which form it has. */
const FORMAT = { format: "autocircuit-experiment", version: 3 } as const;

/** Where scores lie that were written or read. */
const lying = new WeakMap<PruneScores, string>();

/** Scores as the file lists them. */
type Listed = Omit<ScoredTask, "scores"> & { readonly file: string };
/** What the file holds. */
type Content = Omit<ResultParts, "scored"> & { readonly scored: readonly Listed[] };

/**
 * See `ExperimentResults.save`. The file that names the scores is written last: nobody finds it naming what is not there. What lies in the
 * folder by then stays: runs write one after the other, those of other processes too.
 */
export async function saveResults(folder: string, parts: ResultParts): Promise<void> {
  mergedParts(await contentThere(join(folder, EXPERIMENT_FILE)), parts);
  makeFolder(join(folder, SCORES));
  const claim = join(resolve(folder), `${EXPERIMENT_FILE}.claim`);
  await inTurn(claim, () => whileClaimed(claim, () => saveMerged(folder, parts)));
}

async function saveMerged(folder: string, parts: ResultParts): Promise<void> {
  const path = join(folder, EXPERIMENT_FILE);
  const before = await contentThere(path);
  const merged = mergedParts(before, parts);
  const added: Listed[] = [];
  for (const one of parts.scored) {
    const { scores, ...entry } = one;
    const { task, algorithm } = entry;
    const there = before.scored.find((other) => keyOf(other) === keyOf(entry));
    const taken = new Set([...before.scored, ...added].map((listed) => listed.file.toLowerCase()));
    const unused = (name: string) => !taken.has(name) && !existsSync(join(folder, SCORES, name));
    const file = there?.file ?? scoreFileName(entry, unused);
    const place = resolve(folder, SCORES, file);
    if (there === undefined) added.push({ ...entry, file });
    else if (existsSync(place)) {
      await requireSameScores(one, place);
      continue;
    }
    await scores.save(place, { ...scores.info, task, key: algorithm });
    lying.set(scores, place);
  }
  const scored = joined(before.scored, added, keyOf);
  const content = writeNumbers({ ...FORMAT, ...merged, scored });
  await writeWhole(path, `${JSON.stringify(content)}\n`);
}

const keyOf = ({ task, algorithm }: Listed | Omit<Listed, "file">) => JSON.stringify([task, algorithm]);

async function contentThere(path: string): Promise<Content> {
  return existsSync(path) ? await readContent(path) : { tasks: [], algorithms: [], scored: [], series: [] };
}

/** @throws AutocircuitError `bad-input` where a folder's scores of an algorithm on a task are not these */
async function requireSameScores({ task, algorithm, scores }: ScoredTask, place: string): Promise<void> {
  if (lying.get(scores) === place) return;
  const { values } = await PruneScores.load(place, { graph: scores.graph });
  if (values.every((value, edge) => value === scores.values[edge])) {
    lying.set(scores, place);
    return;
  }
  throw new AutocircuitError(
    "bad-input",
    `${place} has other scores of ${algorithm} on ${task} than those that are to be written. ` +
      "Give the algorithm another `key`, or write to another folder.",
  );
}

/** See `ExperimentResults.load`. */
export async function loadResults(folder: string): Promise<ResultParts> {
  const path = join(folder, EXPERIMENT_FILE);
  const { tasks, algorithms, scored: listed, series } = await readContent(path);
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

async function readContent(path: string): Promise<Content> {
  const json = parsed(path, await readWhole(path));
  const wrong = experimentFile.find(({ holds }) => !holds(json));
  if (wrong) throw badFile(path, wrong.what);
  return json as Content;
}

function graphOf(tasks: readonly ExperimentTask[], key: string, path: string): Graph {
  const task = tasks.find((one) => one.key === key);
  if (task === undefined) throw badFile(path, `it has scores on the task ${JSON.stringify(key)}, which is not in it.`);
  try {
    return storedGraph(task.graph);
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
