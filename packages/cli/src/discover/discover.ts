import { join } from "node:path";
import { circuitsInGraph, discoveryFile } from "@autocircuit/circuits";
import {
  type KnownCircuitInGraph,
  type LatentLabels,
  type LoadedTask,
  type PruneScores,
  runVersions,
} from "@autocircuit/core";
import {
  type FoundCircuit,
  type FoundMeasures,
  type MeasuringProgress,
  measureFound,
  reportEdges,
} from "@autocircuit/discovery";
import { memory } from "@autocircuit/native";
import { circuitText, writeReport } from "@autocircuit/report";
import type { Context } from "../context.ts";
import { commandLine } from "../support/command-line.ts";
import { equalPairsWarnings } from "../support/equal-pairs.ts";
import { inFlagNames } from "../support/in-flags.ts";
import { withKeptLatents } from "../support/kept-latents.ts";
import { labelsOfModel, readLatentLabels } from "../support/latent-labels.ts";
import { processingDone } from "../support/logits-note.ts";
import { withProgress } from "../support/progress.ts";
import { askingForModel, type SavedModel, savedModel } from "../support/saved-model.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { bootstrapJson, bootstrapPlan, bootstrapped } from "./bootstrap.ts";
import { ClaimedFolder } from "./claimed-folder.ts";
import { find } from "./find.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import { makeReport } from "./report.ts";
import { requireTestPrompts } from "./require-test-prompts.ts";
import { type DiscoverResult, knownResult } from "./result.ts";
import { searchAsked } from "./search-asked.ts";
import { SearchFiles, stoppedIn } from "./search-files.ts";
import { type DiscoverSettings, discoverSettings, fitToGraph, shapeOf } from "./settings.ts";
import { discoverSpans } from "./spans/discover-spans.ts";
import { requireSpans } from "./spans/span-settings.ts";
import { StepsProgress } from "./steps-progress.ts";
import type { SubjectOptions } from "./subject.ts";
import { testFound } from "./test-found.ts";
import { ablationText, summary } from "./text.ts";

/** Circuits of up to so many edges are printed whole. */
const LISTED = 60;
/** So many edges are printed of larger ones, which the report has whole: the verdict stays in sight. */
const SHOWN = 20;

/** Finds the circuit of a task, or of somebody's own model and prompts; prints, reports and saves what came out. */
export async function discover(
  taskName: string | undefined,
  options: DiscoverCommandOptions,
  context: Context,
): Promise<void> {
  const { signal, print } = context;
  requireWritable(options.json);
  requireSpans(options);
  if (options.spans !== undefined) return discoverSpans(taskName, options, context);
  const labels = labelsAsked(options);
  // What cannot be is said before anything is read.
  discoverSettings(taskName, options);
  const asked = discoverSettings(taskName, await withKeptLatents(options, []));
  requireWritable(join(asked.out, "scores.safetensors"));
  using folder = new ClaimedFolder(asked.out);
  const used = await useDevice(options);
  const { seed, byToken } = asked;
  const shape: SubjectOptions["shape"] = (task, batch) => shapeOf(asked, task, batch);
  const subjectOptions = {
    seed,
    byToken,
    knownCircuit: options.knownCircuit,
    ablation: asked.ablation,
    labels,
    used,
    shape,
  };
  const earlier = [...(asked.resume ? stoppedIn(asked.out) : []), options.keepLatents];
  await using task = await asked.subject
    .load(subjectOptions, context)
    .catch((error: unknown) => askingForModel(error, earlier));
  const labelled = labels && (await labelsOfModel(task.model, labels, options.autoencoders!, signal));
  if (labelled?.note) print(labelled.note);
  const { settings, note } = fitToGraph(asked, task);
  if (note) print(note);
  const { ablation, subject } = settings;
  requireTestPrompts(settings, task);
  const equal = equalPairsWarnings([task.train, task.test], ablation);
  for (const warning of equal) print(warning);
  const { resume: _, ...same } = options;
  const command = commandLine("discover", taskName, same as DiscoverCommandOptions);
  const model = savedModel(options.model, task.model);
  const comparedBy = searchAsked(task, settings, options);
  using search = new SearchFiles(task, settings, {
    ...{ asked: comparedBy, model, abandoned: folder.abandoned },
    ...{ signal, print, command },
  });
  const { plan, note: unsure } = bootstrapPlan(settings, task);
  const started = performance.now();
  const found = await find(task, settings, search, { ...context, asked: plan.find });
  const seconds = (performance.now() - started) / 1000;

  const { known } = settings;
  const beside = known === undefined ? [] : circuitsInGraph(subject, task, { knownCircuit: known.name });
  const measures = await measured(task, found, beside, { settings, seconds, signal });
  const stability = await bootstrapped(task, found, plan, signal);
  const tests = settings.test ? await testFound(task, found.circuit, settings, signal) : null;
  const { peakMemoryBytes, peakDeviceBytes } = await memory();
  const file = discoveryFile(subject.name, found);
  const result: DiscoverResult = {
    ...file,
    model: model.model ?? subject.model,
    prompts: subject.prompts,
    processing: processingDone(task.model).steps,
    algorithm: settings.algorithm ?? "fewest-edges",
    circuit: reportEdges(found, stability),
    dangling: found.dangling,
    pruned: settings.prune,
    notes: [subject.notes, labelled?.note ?? [], found.notes, unsure ?? []].flat(),
    known: beside[0] ? knownResult(beside[0].name, found.circuit, beside[0].circuit) : null,
    keep: found.keep ?? null,
    faithful: found.faithful ?? null,
    bootstrap: stability && bootstrapJson(stability),
    tests,
    prunedLatents: subject.prunedLatents,
    replacedKl: subject.replacedKl,
    accuracy: measures.accuracy,
    divergence: measures.divergence,
    seconds,
    ...used.report,
    peakMemoryBytes,
    peakDeviceBytes,
    versions: runVersions(),
  };
  const parts = { settings, result, measures, stability, labels: labelled?.labels, known: beside, command, signal };
  const report = await withProgress("report", () => makeReport(task, found, parts));
  signal.throwIfAborted();
  const maxRows = report.circuit.length > LISTED ? SHOWN : LISTED;
  print(circuitText(report, { color: process.stdout.isTTY && !process.env.NO_COLOR, maxRows }));
  const said = new Set([...equal, labelled?.note, ...subject.notes]);
  print(ablationText({ ...report, notes: report.notes.filter((note) => !said.has(note)) }));
  print(summary(result, settings, report));

  const written = await writeReport(settings.out, report);
  const files: string[] = [written.html, written.svg, ...(await saveScores(found, settings, result, model))];
  search.finished(files, found.keep?.complete ?? true);
  if (options.json) await writeJson(options.json, result);
  print(`wrote ${[...files, ...(options.json ? [options.json] : [])].join(", ")}`);
}

/** @throws UsageError for labels without latents, and for a file that holds none */
function labelsAsked({ labels, autoencoders }: DiscoverCommandOptions): LatentLabels | undefined {
  if (labels === undefined) return undefined;
  if (autoencoders === undefined)
    throw new UsageError("--labels are of latents: give the autoencoders too, with --autoencoders.");
  return readLatentLabels(labels);
}

/** What is done for the report, in the words of the progress. */
const MEASURING = { circuits: "measuring the circuit found", curve: "curve" } as const;

/** Measures the circuit found and those beside it, with progress. */
async function measured(
  task: LoadedTask,
  found: FoundCircuit,
  known: readonly KnownCircuitInGraph[],
  { settings, seconds, signal }: { settings: DiscoverSettings; seconds: number; signal: AbortSignal },
): Promise<FoundMeasures> {
  const { ablation, curve, rank } = settings;
  using progress = new StepsProgress();
  const onProgress = ({ step, ...at }: MeasuringProgress) => progress.update({ step: MEASURING[step], ...at });
  const measures = await measureFound(task, found, { ablation, known, curve, rank, seconds, signal, onProgress });
  return { ...measures, notes: measures.notes.map((note) => inFlagNames(note)) };
}

/** Saves the scores that the circuit is made of, and those it was looked for from; gives the paths. */
async function saveScores(
  { scores, rankings }: FoundCircuit,
  { out, seed }: DiscoverSettings,
  { task, options, versions }: DiscoverResult,
  model: SavedModel,
): Promise<string[]> {
  const files: string[] = [];
  const save = async (name: string, of: PruneScores, info: object) => {
    const path = join(out, `${name}.safetensors`);
    await of.save(path, { ...of.info, task, ...model, seed, versions, ...info });
    files.push(path);
  };
  await save("scores", scores, { options });
  for (const ranking of rankings) if (ranking !== scores) await save(`scores-${ranking.info.algorithm}`, ranking, {});
  return files;
}
