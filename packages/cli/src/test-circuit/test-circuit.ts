import { basename } from "node:path";
import { formatNumber, USUAL_SEED } from "@autocircuit/base";
import { readCircuit, readyTask, type SavedCircuit } from "@autocircuit/circuits";
import { type AblationType, type LoadedTask, runVersions } from "@autocircuit/core";
import { measuringShape } from "@autocircuit/discovery";
import { type CrossTask, type CrossTaskPart, crossTaskAblation, passedAll, testCircuit } from "@autocircuit/metrics";
import type { Context } from "../context.ts";
import { chooseSubject } from "../discover/choose-subject.ts";
import type { Subject } from "../discover/subject.ts";
import { equalPairsWarnings } from "../support/equal-pairs.ts";
import { kindOptions } from "../support/graph-kind.ts";
import { withKeptLatents } from "../support/kept-latents.ts";
import { Progress } from "../support/progress.ts";
import { askingForModel, otherModelNote } from "../support/saved-model.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { crossJson, crossLines } from "./cross-result.ts";
import { crossSubjects } from "./cross-subjects.ts";
import type { TestCommandOptions } from "./options.ts";
import { TEST_FLAGS, testLines, testSettings } from "./test-lines.ts";
import { verdictLine } from "./verdict-line.ts";

/** Tests a circuit on the prompts that a task or a file of one's own sets aside for measuring; prints verdicts in words. */
export async function testCommand(path: string, asked: TestCommandOptions, context: Context): Promise<void> {
  const { signal, print } = context;
  requireWritable(asked.json);
  const file = await readCircuit(path, { size: asked.size, rank: asked.rank });
  const kept = await withKeptLatents(asked, [{ file: path, latents: file.latents }]);
  const taskName = taskOf(path, file, kept);
  const options = { ...kept, ...(taskName === undefined && kindOptions(file.graphKind, asked)) };
  const subject = chooseSubject(taskName, options);
  const others = await crossSubjects(options);
  const ablation = (options.ablation as AblationType | undefined) ?? file.ablation ?? "resample";
  const seed = options.seed ?? file.seed ?? USUAL_SEED;
  const used = await useDevice(options);
  const load = (about: typeof subject, byToken: boolean) =>
    about.load({ byToken, seed, knownCircuit: undefined, used, shape: () => measuringShape }, context);
  await using task = await load(subject, file.byToken).catch((error: unknown) =>
    askingForModel(error, [path, asked.keepLatents]),
  );
  const circuit = file.circuitIn(task.model.graph);
  for (const warning of equalPairsWarnings([task.test], ablation)) print(warning);
  for (const note of file.notes) print(note);
  const other = otherModelNote(path, file, asked.model, task.model);
  if (other !== undefined) print(other);
  const { tests, score } = options;
  const made = testSettings(options);
  using progress = new Progress("circuits x prompts");
  const onProgress = ({ done, total }: { done: number; total: number }) => progress.update(done, total);
  const how = { tests, score, ...made, seed, ablation, signal, onProgress };
  const tested = await testCircuit(task.model, task.test, circuit, how);
  progress[Symbol.dispose]();
  for (const verdict of tested.verdicts) print(verdictLine(verdict));
  const notes = [...foreignNote(path, file, subject), ...testLines(tested, made, TEST_FLAGS)];
  for (const note of notes) print(`note: ${note}`);
  const { full, circuit: alone, without } = tested.means;
  print(
    `${tested.score}, mean of ${tested.promptCount} prompts, ${ablation} ablation: the model ${formatNumber(full)}, the circuit alone ${formatNumber(alone)}, ` +
      `the model without its ${circuit.size} ${circuit.size === 1 ? "edge" : "edges"} ${formatNumber(without)}`,
  );
  const loaded: LoadedTask[] = [];
  let cross: CrossTask | undefined;
  try {
    for (const { subject: other, file: theirs } of others) loaded.push(await load(other, theirs.byToken));
    const parts = others.map(({ file: theirs, name }, i) => ({
      name,
      prompts: loaded[i]!.test,
      circuit: theirs.circuitIn(task.model.graph),
    }));
    const own = { name: basename(path, ".json"), prompts: task.test, circuit };
    const all = distinct([own, ...parts], [path, ...(options.cross ?? [])]);
    if (parts.length > 0) cross = await crossTaskAblation(task.model, all, { score, ablation, signal });
  } finally {
    for (const other of loaded) await other[Symbol.asyncDispose]();
  }
  if (cross) for (const line of crossLines(cross)) print(line);
  const passed = passedAll(tested);
  if (options.json)
    await writeJson(options.json, {
      circuit: path,
      task: subject.name,
      model: subject.model,
      prompts: subject.prompts,
      ...{ ablation, seed, byToken: file.byToken, ...made },
      ...tested,
      notes,
      prunedLatents: subject.prunedLatents,
      replacedKl: subject.replacedKl,
      passed,
      cross: cross ? crossJson(cross) : null,
      ...used.report,
      versions: runVersions(),
    });
  if (options.json) print(`wrote ${options.json}`);
  if (!passed) context.refuse();
}

/** The ready-made task to test on; undefined where the model and prompts are one's own. */
function taskOf(path: string, { task }: SavedCircuit, options: TestCommandOptions): string | undefined {
  if (options.task !== undefined || options.prompts !== undefined) return options.task;
  const ready = task === undefined ? undefined : readyTask(task);
  if (ready !== undefined) return ready.name;
  const named = task === undefined ? "does not say what it is a circuit of" : `is a circuit of ${task}`;
  throw new UsageError(
    `${path} ${named}. Give --task NAME for a ready-made task (see autocircuit tasks), or --model FOLDER --prompts FILE for your own.`,
  );
}

/** Says so where a circuit is tested on another task than its file names. */
function foreignNote(path: string, { task }: SavedCircuit, { name, prompts }: Subject): string[] {
  return task === undefined || (readyTask(task)?.name ?? task) === name
    ? []
    : [`${path} is a circuit of ${task}, and was tested on the prompts of ${prompts ?? name}.`];
}

/** Files of one name in different folders go by their paths. */
function distinct(parts: readonly CrossTaskPart[], paths: readonly string[]): readonly CrossTaskPart[] {
  const names = new Set(parts.map(({ name }) => name));
  return names.size === parts.length ? parts : parts.map((part, place) => ({ ...part, name: paths[place]! }));
}
