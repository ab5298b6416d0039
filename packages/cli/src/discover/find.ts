import type { LoadedTask } from "@autocircuit/core";
import { type FindCircuitOptions, type FoundCircuit, findCircuit } from "@autocircuit/discovery";
import { duration } from "../support/duration.ts";
import { inFlagNames } from "../support/in-flags.ts";
import type { SearchFiles } from "./search-files.ts";
import type { DiscoverSettings } from "./settings.ts";
import { StepsProgress } from "./steps-progress.ts";

/**
 * Finds the circuit that the settings ask for, with progress; what there is on the way lies in the search's files.
 *
 * @param asked {@link findOptionsOf} the settings, as a plan of the stability has them
 */
export async function find(
  task: LoadedTask,
  settings: DiscoverSettings,
  files: SearchFiles,
  { asked, signal, print }: { asked: FindCircuitOptions; signal: AbortSignal; print: (line: string) => void },
): Promise<FoundCircuit> {
  const { keep, seconds } = settings;
  if (keep !== undefined && task.model.graph.edgeCount > SAID_FROM)
    print(
      `the search for few edges takes at most ${duration(seconds)} (--budget), then what it found is measured; Ctrl-C ends it with what it has, --resume goes on`,
    );
  using progress = new StepsProgress();
  const found = await findCircuit(task, {
    ...{ ...asked, signal },
    resume: await files.resumed(),
    onChange: (soFar) => files.note(soFar),
    onProgress: (step) => progress.update(step),
  });
  return { ...found, notes: found.notes.map((note) => inFlagNames(note)) };
}

/** What is asked of the library. */
export function findOptionsOf(settings: DiscoverSettings): FindCircuitOptions {
  const { algorithm, given, ablation, size, keep, faithful, tries, seconds, seed } = settings;
  const { select, rank, selectSeconds, prune } = settings;
  return {
    ...{ algorithm, options: given, ablation, size, faithful, keep, tries, select, rank, selectSeconds, prune, seed },
    ...(keep !== undefined && { seconds }),
  };
}

/** On smaller graphs a search is over soon. */
const SAID_FROM = 2000;
