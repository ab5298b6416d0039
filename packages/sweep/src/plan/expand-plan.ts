import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AutocircuitError, type KindsOf, kind, signature, USUAL_SEED } from "@autocircuit/base";
import { autoencoderPaths, planAutoencoders, tasks as readyTasks } from "@autocircuit/circuits";
import { coreKinds, Graph, type LongOptions, latentPositionsProblem, withLatentPlaces } from "@autocircuit/core";
import { readConfig, resolveModelFolder } from "@autocircuit/models";
import { algorithmEntries } from "./algorithm-entries.ts";
import { FileDigests } from "./file-digests.ts";
import { withFittingCircuit } from "./fitting-circuit.ts";
import { requirePrompts } from "./prompt-count.ts";
import type { ReadPlan } from "./read-plan.ts";
import { requireOnce } from "./require-once.ts";
import { type TaskEntry, taskEntries } from "./task-entries.ts";
import { hashOf, type SweepUnit, type UnitSubject, unitHash } from "./unit.ts";

/** Options of {@link expandPlan}. */
export interface ExpandPlanOptions extends Pick<LongOptions, "signal"> {
  /** File in which the hashes of large files are kept, so that they are read once. By default nowhere. */
  readonly digests?: string | FileDigests | undefined;
  /** Most units: grids multiply fast. Default 100,000. */
  readonly maxUnits?: number | undefined;
}

const readPlan = kind.shape("a plan as readPlan gives it", { plan: kind.record, folder: kind.text });
const check = signature("expandPlan", { read: readPlan }, {
  signal: coreKinds.longOptions.signal,
  digests: kind.either(kind.text, kind.instance(FileDigests, "FileDigests")),
  maxUnits: kind.count,
} satisfies KindsOf<ExpandPlanOptions>);

/**
 * The units of a plan: its tasks by seeds by algorithms, in this order, each addressed by the hash of everything that decides its result.
 * Every name is looked up before a file is touched; models of the hub are fetched if they are not there.
 *
 * @throws AutocircuitError `unknown-name` with near names for tasks, circuits, algorithms and options; `bad-input` for what cannot be, and
 *   two units that are the same; `not-found` for a model or prompts that are not there; `aborted`
 */
export async function expandPlan(
  read: Pick<ReadPlan, "plan" | "folder">,
  options: ExpandPlanOptions = {},
): Promise<SweepUnit[]> {
  check({ read }, options);
  const { plan, folder } = read;
  requireFewUnits(plan, options.maxUnits ?? 100_000);
  const algorithms = algorithmEntries(plan.algorithms);
  const { seeds = [USUAL_SEED], measure = {}, device = "cpu", dtype = "float32", tf32 = false } = plan;
  const tasks = taskEntries(plan.tasks, dtype);
  if (device === "auto")
    throw new AutocircuitError(
      "bad-input",
      "`device: auto` would let each machine decide the result: write cpu or cuda.",
    );
  const digests = options.digests instanceof FileDigests ? options.digests : new FileDigests(options.digests);
  const units: SweepUnit[] = [];
  const byHash = new Map<string, SweepUnit>();
  for (const task of tasks) {
    const { entry, digest, files } = await located(task, folder, digests, options);
    for (const seed of seeds) {
      const how = { device, dtype, tf32 };
      const subjectOf = oncePerCircuit((task): UnitSubject => {
        return { task, seed, ...how, files, digest: subjectDigest(task, seed, digest, how) };
      });
      for (const { key, algorithm, options, priority } of algorithms) {
        const subject = subjectOf(withFittingCircuit(entry, { algorithm, options, measure }));
        const rest = { subject, key, algorithm, options, measure, priority: priority + (task.priority ?? 0) };
        const unit: SweepUnit = { index: units.length, hash: unitHash(rest), ...rest };
        const same = byHash.get(unit.hash);
        if (same)
          throw new AutocircuitError(
            "bad-input",
            `${unitText(same)} and ${unitText(unit)} are the same: leave one out.`,
          );
        byHash.set(unit.hash, unit);
        units.push(unit);
      }
    }
  }
  await digests.save();
  return units;
}

/** Makes a subject once for all units that are compared with the same circuit: ready-made prompts are made and hashed for it. */
function oncePerCircuit(make: (task: TaskEntry) => UnitSubject): (task: TaskEntry) => UnitSubject {
  const made = new Map<string | undefined, UnitSubject>();
  return (task) => {
    const subject = made.get(task.knownCircuit) ?? make(task);
    made.set(task.knownCircuit, subject);
    return subject;
  };
}

/** Counts the units before any is made. */
function requireFewUnits({ tasks, algorithms, seeds = [USUAL_SEED] }: ReadPlan["plan"], most: number): void {
  const settings = algorithms.reduce((sum, entry) => {
    const grid = typeof entry === "string" ? {} : (entry?.grid ?? {});
    const lengths = Object.values(grid).map((values) => (Array.isArray(values) ? values.length : 1));
    return sum + lengths.reduce((product, length) => product * length, 1);
  }, 0);
  const count = tasks.length * seeds.length * settings;
  if (count <= most) return;
  const text = (n: number, word: string) => `${n.toLocaleString("en-US")} ${word}${n === 1 ? "" : "s"}`;
  throw new AutocircuitError(
    "bad-input",
    `The plan has ${text(count, "unit")} (${text(tasks.length, "task")}, ${text(seeds.length, "seed")}, ${text(settings, "setting")} of algorithms); ` +
      `at most ${most.toLocaleString("en-US")} are allowed. Make its grids shorter, or allow more (\`maxUnits\`).`,
  );
}

/** A unit in words: `ACDC on tracr-hist, seed 0`. */
export function unitText({ key, subject: { task, seed } }: SweepUnit): string {
  return `${key} on ${task.key}, seed ${seed}`;
}

/** The task with places where it has paths, and what they hold. */
async function located(task: TaskEntry, folder: string, digests: FileDigests, { signal }: ExpandPlanOptions) {
  const near = (path: string) => (existsSync(resolve(folder, path)) ? resolve(folder, path) : path);
  const given = signal ? { signal } : {};
  const model = task.model === undefined ? undefined : await resolveModelFolder(near(task.model), given);
  const saes = [task.autoencoders ?? []].flat().flatMap((path) => autoencoderPaths(resolve(folder, path)));
  const files = task.prompts === undefined ? [] : [task.prompts].flat().map((file) => resolve(folder, file));
  requireOnce(`\`prompts\` of the task ${JSON.stringify(task.key)}`, files);
  const found: Record<string, string> = {};
  for (const path of [model, ...saes, ...files]) if (path !== undefined) found[path] = await digests.of(path);
  await requirePrompts(task, files);
  await requireLatents(task, model, saes, signal);
  const at = (path: string | undefined) => (path === undefined ? undefined : found[path]);
  const autoencoders = saes.length === 0 ? undefined : saes;
  const digest = { model: at(model), autoencoders: autoencoders?.map(at), prompts: files.map(at) };
  const paths = { model, autoencoders, prompts: files.length === 0 ? undefined : files };
  return { entry: { ...task, ...paths } as TaskEntry, digest, files: found };
}

/** Holds that a task's autoencoders fit its model and have the latents that are to be kept: settings and headers of files tell. */
async function requireLatents(
  task: TaskEntry,
  model: string | undefined,
  saes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (model === undefined || saes.length === 0) return;
  const { partialAutoencoders, autoencoderScale, autoencoderErrors, keepLatents, byToken = false } = task;
  const asAutocircuit = task.task !== undefined && readyTasks[task.task]!.needsAutoencoders === true;
  const config = await readConfig(model);
  await ofTask(task, async () => {
    // Ready-made tasks know themselves whether they are by token.
    const problem = keepLatents && task.task === undefined ? latentPositionsProblem(keepLatents, byToken) : undefined;
    if (problem !== undefined) throw new AutocircuitError("bad-input", `keepLatents: ${problem}.`);
    const asked = { partialAutoencoders, autoencoderScale, autoencoderErrors, keepLatents };
    const planned = await planAutoencoders(saes, { config, ...asked, asAutocircuit, signal });
    Graph.of(withLatentPlaces(config, planned.sizes, planned.autoencoderErrors), {
      factorized: task.factorized ?? true,
    });
  });
}

/** Says of which task of the plan an error is. */
async function ofTask({ key }: TaskEntry, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof AutocircuitError)) throw cause;
    throw new AutocircuitError(cause.code, `The task ${JSON.stringify(key)} of the plan: ${cause.message}`, { cause });
  }
}

/** What decides a model and prompts as they are loaded. */
function subjectDigest(
  task: TaskEntry,
  seed: number,
  digest: object,
  how: Pick<UnitSubject, "device" | "dtype" | "tf32">,
) {
  const { key: _key, priority: _priority, model: _model, autoencoders: _autoencoders, prompts, ...loading } = task;
  const made = task.task !== undefined && prompts === undefined ? readyTasks[task.task]!.prompts({ seed }) : undefined;
  // One GPU's results are another's, a CPU's are not.
  const device = String(how.device).replace(/:.*/, "");
  return hashOf({ ...digest, made, loading, seed, ...how, device });
}
