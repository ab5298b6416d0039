import { join } from "node:path";
import { startStudio } from "@autocircuit/studio";
import type { Context } from "../context.ts";
import { chooseSubject } from "../discover/choose-subject.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { readJson } from "../support/read-json.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable } from "../support/write-file.ts";
import { compiledTokens } from "./compiled-tokens.ts";
import { firstScores } from "./first-scores.ts";
import { knownCircuits } from "./known-circuits.ts";
import { openBrowser } from "./open-browser.ts";
import { readSets } from "./read-sets.ts";

/** Options of `autocircuit studio`, as commander gives them. */
export interface StudioCommandOptions extends SubjectCommandOptions, DeviceCommandOptions {
  scores?: string[];
  circuit?: string[];
  graph?: string;
  byToken?: boolean;
  seed: number;
  port?: number;
  open: boolean;
  out?: string;
}

/** Loads a model with prompts, serves the studio until it is stopped, and prints where. */
export async function studio(
  taskName: string | undefined,
  options: StudioCommandOptions,
  context: Context,
): Promise<void> {
  const { signal, print } = context;
  const { port, out } = options;
  if (port !== undefined && port > 65_535) throw new UsageError(`--port ${port}: ports go up to 65535.`);
  if (taskName === undefined && options.model === undefined)
    throw new UsageError(
      "Say what to open: a task (see autocircuit tasks), or --model FOLDER --prompts FILE for your own. A --graph is shown beside either.",
    );
  if (out !== undefined) requireWritable(join(out, "states.json"));
  const subject = chooseSubject(taskName, options);
  const used = await useDevice(options);
  await using task = await subject.load(
    {
      ...{ byToken: options.byToken ?? false, seed: options.seed, circuit: undefined, used },
      // Prompts are run one by one, and data sets in slices.
      shape: () => ({ circuits: 1, sliced: true }),
    },
    context,
  );
  const graph = options.graph === undefined ? undefined : { name: options.graph, json: readJson(options.graph) };
  const given = await readSets(options, task.model.graph);
  const known = knownCircuits(subject, task);
  const first = given.some(({ of }) => "values" in of) ? [] : await firstScores(task, { signal, print });
  signal.throwIfAborted();
  await using served = await startStudio(
    {
      ...{ model: task.model, prompts: task.test, train: task.train, title: subject.title(task) },
      ...{ modelName: subject.model, trueEdges: task.trueEdges },
      tokenLabels: subject.tokenLabels(task),
      tokenText: compiledTokens(taskName),
    },
    {
      ...{ port, out, graph, sets: [...first, ...known, ...given] },
    },
  );
  print(`studio: ${served.address}`);
  print("Ctrl-C ends it.");
  using _browser = options.open ? openBrowser(served.address, print) : undefined;
  await stopped(signal);
  print("studio: closed.");
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
