import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RandomValues } from "../engine/random-values.ts";
import { machine } from "../machine.ts";
import { processor } from "../processor.ts";
import type { Case, ModelSource, SharedModel } from "./case.ts";
import { compare } from "./compare.ts";
import type { PeerComparison } from "./comparisons.ts";
import { type Found, findPeers } from "./find-peers.ts";
import { type Command, Participant } from "./participant.ts";
import { type ComparisonReport, OURS, type PeersReport } from "./peers-report.ts";

/** Threshold of the ACDC runs. */
const TAU = 1e-3;
/** Seconds after which a process is given up: nothing here takes nearly as long. */
const LIMIT = 1200;

/** Options of {@link runPeers}. */
export interface PeersOptions {
  /** A Python that has the other tools. */
  python?: string | undefined;
  /** How this project's side is started. */
  own: Command;
  /** Command line, for the report. */
  command: string;
  threads: number;
  onStep?: (text: string) => void;
  /** Called with all that is there so far after each comparison: a run takes minutes, and may be stopped. */
  onReport?: (report: PeersReport) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Lets several tools do the same things, each in a process of its own, taking turns, and says what each took.
 *
 * A tool that is not there, or fails, is left out and named in the report; the rest goes on. What is not there is said before anything is
 * measured.
 *
 * @throws AutocircuitError "not-found" for a Python that cannot be started or has none of the tools
 */
export async function runPeers(comparisons: readonly PeerComparison[], options: PeersOptions): Promise<PeersReport> {
  const { python, own, onStep, onReport, signal } = options;
  const wanted = [...new Set(comparisons.flatMap(({ peers }) => peers))];
  const { found, problems } = await findPeers(python, wanted, signal);
  const ourVersions = await versionsOf(own, signal);
  for (const problem of problems) onStep?.(problem);
  onStep?.(`about ${expectedMinutes(comparisons, found)} min on two cores of 2021 (AMD Zen 3)`);
  const folder = await mkdtemp(join(tmpdir(), "autocircuit-peers-"));
  try {
    const shared = new Map<string, SharedModel>();
    const report = {
      date: new Date().toISOString().slice(0, 10),
      command: options.command,
      machine: machine(),
      processor: processor(),
      threads: options.threads,
      versions: { [OURS]: ourVersions, ...Object.fromEntries(found.map(({ peer, versions }) => [peer, versions])) },
      comparisons: [] as ComparisonReport[],
      problems,
    };
    for (const comparison of comparisons) {
      const key = JSON.stringify(comparison.model);
      if (!shared.has(key)) onStep?.("writing the weights");
      const model = shared.get(key) ?? (await share(own, comparison.model, join(folder, `${shared.size}`), signal));
      shared.set(key, model);
      onStep?.(comparison.title);
      report.comparisons.push(await compareOn(model, comparison, found, { ...options, folder }));
      onReport?.(report);
    }
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareOn(
  model: SharedModel,
  comparison: PeerComparison,
  found: readonly Found[],
  { own, threads, folder, onStep, signal }: PeersOptions & { folder: string },
): Promise<ComparisonReport> {
  const asked: Case = {
    ...model,
    model: comparison.model,
    what: comparison.what,
    threads,
    patched: patchedEdges(comparison, model.edgeCount),
    tau: TAU,
    acdcEdgeCount: comparison.acdcEdgeCount ?? 0,
  };
  const file = join(folder, "case.json");
  await writeFile(file, JSON.stringify(asked));
  const present = found.filter(({ peer }) => comparison.peers.includes(peer));
  const { results, failures } = await compare({
    sides: [{ name: OURS, command: own }, ...present.map(({ peer, command }) => ({ name: peer, command }))],
    case: file,
    folder,
    repeats: comparison.repeats,
    // ACDC's decisions follow from one another, and another tool visits some of the edges only.
    comparable: comparison.what !== "acdc",
    limit: LIMIT,
    onStep,
    signal,
  });
  return { name: comparison.name, title: comparison.title, results, failures };
}

/** What this project takes of all is about a third. */
function expectedMinutes(comparisons: readonly PeerComparison[], found: readonly Found[]): number {
  const seconds = comparisons.reduce((sum, { expected }) => sum + expected, 0);
  return Math.ceil(((found.length === 0 ? 0.3 : 1) * seconds) / 60);
}

/** Random edges, the same every time. */
function patchedEdges({ patched = 0 }: PeerComparison, edgeCount: number): number[] {
  const count = Math.min(patched < 1 ? Math.floor(patched * edgeCount) : patched, edgeCount);
  return new RandomValues(count).distinct(count, edgeCount);
}

async function share(own: Command, model: ModelSource, path: string, signal?: AbortSignal): Promise<SharedModel> {
  return (await once(own, { do: "share", model, file: `${path}.safetensors` }, signal)) as unknown as SharedModel;
}

async function versionsOf(own: Command, signal?: AbortSignal): Promise<Record<string, string>> {
  return (await once(own, { do: "versions" }, signal)).versions as Record<string, string>;
}

async function once(command: Command, message: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
  const participant = new Participant(OURS, command);
  try {
    return await participant.ask(message, LIMIT, signal);
  } finally {
    await participant.close();
  }
}
