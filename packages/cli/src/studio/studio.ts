import { join } from "node:path";
import { measuringShape, tokenLabelsOf, varyingTokensOf } from "@autocircuit/discovery";
import { type Studio, startGraphViewer, startStudio } from "@autocircuit/studio";
import type { Context } from "../context.ts";
import { chooseSubject } from "../discover/choose-subject.ts";
import { findTask } from "../support/find-task.ts";
import { withKeptLatents } from "../support/kept-latents.ts";
import { askingForModel } from "../support/saved-model.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable } from "../support/write-file.ts";
import { firstSets } from "./first-sets.ts";
import { graphAlone, readGraph } from "./graph-alone.ts";
import { knownCircuits } from "./known-circuits.ts";
import { openBrowser } from "./open-browser.ts";
import { latentsOfSets, readSets } from "./read-sets.ts";
import type { StudioCommandOptions } from "./studio-options.ts";

/** Loads a model with prompts, or a graph alone, serves the studio until it is stopped, and prints where. */
export async function studio(
  taskName: string | undefined,
  options: StudioCommandOptions,
  context: Context,
): Promise<void> {
  const { signal, print } = context;
  const { port, out } = options;
  if (port !== undefined && port > 65_535) throw new UsageError(`--port ${port}: ports go up to 65535.`);
  if (taskName === undefined && options.model === undefined) {
    const graph = graphAlone(options);
    await using served = await startGraphViewer(graph, { port });
    await untilStopped(served, options, context);
    return;
  }
  if (out !== undefined) requireWritable(join(out, "states.json"));
  // What cannot be is said before anything is read.
  chooseSubject(taskName, options);
  const subject = chooseSubject(taskName, await withKeptLatents(options, await latentsOfSets(options)));
  const used = await useDevice(options);
  const about = {
    ...{ byToken: options.byToken ?? false, seed: options.seed, knownCircuit: undefined, used },
    // Prompts are run one by one, and data sets in slices.
    shape: () => measuringShape,
  };
  const files = [...(options.scores ?? []), ...(options.circuit ?? []), options.keepLatents];
  await using task = await subject.load(about, context).catch((error: unknown) => askingForModel(error, files));
  const graph = options.attributionGraph === undefined ? undefined : readGraph(options.attributionGraph);
  const given = await readSets(options, task.model.graph);
  const known = knownCircuits(subject, task);
  const first = given.some(({ of }) => "values" in of) ? [] : await firstSets(task, { signal, print });
  signal.throwIfAborted();
  await using served = await startStudio(
    {
      ...{ model: task.model, prompts: task.test, train: task.train, title: subject.title(task) },
      ...{ modelName: subject.model, knownEdges: task.knownEdges },
      ...{ tokenLabels: tokenLabelsOf(task), varyingTokens: varyingTokensOf(task) },
      tokenText: taskName === undefined ? undefined : findTask(taskName).tokenText,
    },
    {
      ...{ port, out, graph, sets: [...first, ...known, ...given] },
    },
  );
  await untilStopped(served, options, context);
}

/** Says where a studio is served, opens it if asked, and waits for the end. */
async function untilStopped({ address }: Studio, { open }: StudioCommandOptions, { signal, print }: Context) {
  print(`studio: ${address}`);
  print("Ctrl-C ends it.");
  using _browser = open ? openBrowser(address, print) : undefined;
  await stopped(signal);
  print("studio: closed.");
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
