import { randomUUID } from "node:crypto";
import { type KindsOf, kind, signature } from "@autocircuit/base";
import { LoadedTask } from "@autocircuit/core";
import { DataSetRuns } from "./data-set/data-set-runs.ts";
import { readAttributionGraph } from "./files/attribution-graph.ts";
import { MeanAblations } from "./model/mean-ablations.ts";
import { PromptRuns } from "./model/prompt-runs.ts";
import type { StudioSubject } from "./model/studio-subject.ts";
import { WorkQueue } from "./queue/work-queue.ts";
import { addFileRoutes } from "./routes/file-routes.ts";
import { addReadRoutes } from "./routes/read-routes.ts";
import { addRunRoutes } from "./routes/run-routes.ts";
import { serve } from "./serve.ts";
import { type GivenSet, ScoreSets } from "./sets/score-sets.ts";
import { type GivenGraph, portKind } from "./start-graph-viewer.ts";
import type { Studio } from "./studio.ts";
import type { StudioState } from "./studio-state.ts";

/** How a studio is served. */
export interface StudioOptions {
  /** Default: any that is free. */
  readonly port?: number | undefined;
  /** Score sets and circuits that are there from the start. */
  readonly sets?: readonly GivenSet[] | undefined;
  /** The folder, which is made, that found scores and the page's states are written into. Default: none is. */
  readonly out?: string | undefined;
  /** A graph of circuit-tracer's to show beside, as its JSON was parsed. */
  readonly graph?: GivenGraph | undefined;
}

const check = signature(
  "startStudio",
  { subject: kind.having("a LoadedTask, or { model, prompts, title }", "model") },
  {
    port: portKind,
    sets: kind.listOf(kind.having("{ name, origin, of }", "name", "origin", "of")),
    out: kind.text,
    graph: kind.having("{ name, json }", "name", "json"),
  } satisfies KindsOf<StudioOptions>,
);

/**
 * Serves a page on which circuits are seen, ablated edge by edge and run, on this machine alone: only who has the address gets anything.
 *
 * @param subject a task that was loaded, or a model with prompts; stays the caller's
 * @throws AutocircuitError `bad-input` for a port that is taken, or score sets of another graph
 * @example
 * await using task = await tracrReverse();
 * await using studio = await startStudio(task);
 * console.log(studio.address);
 */
export async function startStudio(subject: LoadedTask | StudioSubject, options: StudioOptions = {}): Promise<Studio> {
  check({ subject }, options);
  const about = subject instanceof LoadedTask ? subjectOfTask(subject) : subject;
  const closing = new AbortController();
  const sets = new ScoreSets(about.model.graph);
  for (const given of options.sets ?? []) sets.add(given);
  const means = new MeanAblations(about, closing.signal);
  const runs = new PromptRuns(about, means);
  const dataSet = new DataSetRuns(about, means);
  const [queue, discoveries] = [new WorkQueue(), new WorkQueue()];
  const { out, graph } = options;
  const attributionGraph = graph ? readAttributionGraph(graph.json, graph.name) : null;
  const facts = { run: randomUUID(), savesTo: out ?? null, attributionGraph: attributionGraph?.title ?? null };
  const state: StudioState = {
    ...{ subject: about, facts, sets, means, runs, dataSet, queue, discoveries, attributionGraph },
    closing: closing.signal,
  };
  return serve(
    (api) => {
      addReadRoutes(api, state);
      addRunRoutes(api, state);
      addFileRoutes(api, state);
    },
    options.port ?? 0,
    closing,
    async () => {
      await Promise.all([queue.idle(), discoveries.idle()]);
      for (const owned of [runs, dataSet, means]) owned[Symbol.dispose]();
    },
  );
}

/** A task as the subject of a studio: its test prompts are listed and measured on, its training prompts are discovered with. */
export function subjectOfTask({ model, test, train, name, knownEdges }: LoadedTask): StudioSubject {
  return { model, prompts: test, train, title: name, knownEdges };
}
