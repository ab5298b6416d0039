import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { type Graph, loadPrompts } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import { type Processor, processor } from "../processor.ts";
import { type MethodOnModel, measureTrained } from "./measure-trained.ts";
import type { MethodTask, TabledMethod } from "./run-method.ts";
import { TABLED } from "./run-methods.ts";

/** Prompts of each side: of small graphs, and of graphs with more edges than that. */
const [PROMPTS, FEW_PROMPTS, LARGE] = [64, 8, 10_000];

/**
 * What runs the model for each edge or block, which takes hours on a large graph, and what another method stands for there: edge pruning with a
 * warm start for all that is trained to keep the output, the random order for the baselines.
 */
const ONLY_SMALL: ReadonlySet<string> = new Set([
  ...["eap-ig-activations", "exact", "acdc"],
  ...["subnetwork-probing", "edge-pruning", "activation-magnitude"],
]);

/** How others are run there: trained briefly, as the published numbers of steps would take hours, and without what takes too long. */
const THERE: Readonly<Record<string, Omit<TabledMethod, "algorithm">>> = {
  "edge-pruning, warm start": { options: { epochs: 20 } },
  ugs: { options: { epochs: 10, samples: 1 } },
  "mean-of-methods": {
    options: { algorithms: ["edge-attribution", "eap-ig-inputs"] },
    name: "mean-of-methods without eap-ig-activations",
  },
};

/** All methods on one model. */
export interface TrainedResult {
  readonly model: string;
  readonly edgeCount: number;
  readonly promptCount: number;
  readonly methods: readonly MethodOnModel[];
  /** Methods for which there was no time. */
  readonly leftOut: readonly string[];
}

/** What `bench methods --on` writes with `--json`. */
export interface TrainedReport {
  readonly date: string;
  readonly command: string;
  readonly processor: Processor;
  readonly results: readonly TrainedResult[];
}

/** Options of {@link runTrained}. */
export interface TrainedOptions {
  readonly command: string;
  /** Folders of models with `prompts.json` in them, or folder and file with a comma between them. */
  readonly models: readonly string[];
  /** Prompts of each side, at most. */
  readonly promptCount?: number | undefined;
  readonly methods?: readonly TabledMethod[] | undefined;
  /** No method begins that would end later than this, if it took as long as the longest so far. Default: all do. */
  readonly minutes?: number | undefined;
  readonly onStep?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs every method on trained models. */
export async function runTrained(options: TrainedOptions): Promise<TrainedReport> {
  const results: TrainedResult[] = [];
  const until = performance.now() + 60_000 * (options.minutes ?? Number.POSITIVE_INFINITY);
  for (const named of options.models) results.push(await onModel(named, options, until));
  return {
    date: new Date().toISOString().slice(0, 10),
    ...{ command: options.command, processor: processor(), results },
  };
}

async function onModel(
  named: string,
  { promptCount: most, methods = TABLED, onStep, signal }: TrainedOptions,
  until: number,
): Promise<TrainedResult> {
  const [folder, file] = placesOf(named);
  using model = await loadModel(folder);
  const large = model.graph.edgeCount > LARGE;
  const count = most ?? (large ? FEW_PROMPTS : PROMPTS);
  const tokenizer = model.tokenizer ?? undefined;
  const { train, test } = await loadPrompts(file, { tokenizer, size: count, batchSize: count });
  const key = basename(folder);
  const task: MethodTask = { key, model, train, test, knownEdges: null };
  const found: MethodOnModel[] = [];
  const leftOut: string[] = [];
  let longest = 0;
  for (const method of methodsFor(model.graph, methods)) {
    signal?.throwIfAborted();
    const began = performance.now();
    if (began + longest > until) {
      leftOut.push(nameOf(method));
      continue;
    }
    onStep?.(`${key}: ${nameOf(method)}`);
    const one = await measureTrained(task, method, { ...(signal && { signal }) });
    if (one === null)
      throw new AutocircuitError("bad-input", `${key} has no logit difference above 0 on ${basename(file)}.`);
    found.push(one);
    longest = Math.max(longest, performance.now() - began);
  }
  return { model: key, edgeCount: model.graph.edgeCount, promptCount: count, methods: found, leftOut };
}

/** The methods that a table of such a graph has a row for, as they are run there. */
export function methodsFor({ edgeCount }: Pick<Graph, "edgeCount">, methods: readonly TabledMethod[]): TabledMethod[] {
  if (edgeCount <= LARGE) return [...methods];
  return methods
    .filter((method) => !ONLY_SMALL.has(nameOf(method)))
    .map((method) => {
      const { options, ...named } = THERE[nameOf(method)] ?? {};
      return { ...method, ...named, options: { ...method.options, ...options } };
    });
}

/** What the table calls a method. */
export function nameOf({ name, algorithm }: TabledMethod): string {
  return name ?? algorithm;
}

/** Folder and file of prompts of what was named. */
function placesOf(named: string): [folder: string, file: string] {
  const [folder, file = join(folder!, "prompts.json")] = named.split(",");
  for (const path of [folder!, file])
    if (!existsSync(path))
      throw new AutocircuitError("not-found", `There is no ${path}. Give MODEL or MODEL,PROMPTS with a comma between.`);
  return [folder!, file];
}
