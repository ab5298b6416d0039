import type { KnownCircuitInGraph, LatentLabels, LoadedTask } from "@autocircuit/core";
import {
  type FoundCircuit,
  type FoundMeasures,
  type FoundStability,
  reportAccuracy,
  reportOf,
  stabilityReport,
} from "@autocircuit/discovery";
import type { CircuitReport } from "@autocircuit/report";
import { deviceText } from "../support/use-device.ts";
import type { DiscoverResult } from "./result.ts";
import type { DiscoverSettings } from "./settings.ts";
import type { Subject } from "./subject.ts";

/** What the command knows of a circuit beside what was found. */
interface ReportParts {
  readonly settings: DiscoverSettings;
  readonly result: DiscoverResult;
  readonly measures: FoundMeasures;
  readonly stability: FoundStability | null;
  readonly labels: LatentLabels | undefined;
  readonly known: readonly KnownCircuitInGraph[];
  readonly command: string;
  readonly signal: AbortSignal;
}

/** Makes the report: the library's, in the command's words and with what only the command knows. */
export async function makeReport(
  task: LoadedTask,
  found: FoundCircuit,
  { settings: { subject }, result, measures, stability, labels, known, command, signal }: ReportParts,
): Promise<CircuitReport> {
  const { algorithm, bootstrap, tests, seconds, peakMemoryBytes, versions } = result;
  return await reportOf(task, found, {
    ...{ measures, stability, labels, known, signal },
    about: {
      title: titleOf(subject, task),
      task: subject.title(task),
      model: subject.model ?? undefined,
      accuracy: reportAccuracy(result.accuracy),
      algorithm,
      options: { ...result.options, device: deviceText(result) },
      notes: [
        ...result.notes,
        ...(result.keep?.complete === false ? [ENDED] : []),
        ...(tests?.notes ?? []).map((note) => `About the tests: ${note}`),
      ],
      stability: bootstrap ? stabilityReport(bootstrap, algorithm, bootstrap.notes) : undefined,
      tests: tests?.verdicts,
      ...{ command, seconds, peakMemoryBytes, versions },
    },
  });
}

/** What can be done about a search that its time ended. */
const ENDED = "The search ended with its time (--budget): the same command with --resume goes on.";

/** What was asked of which model. */
export function titleOf({ name, model, description, title }: Subject, task: LoadedTask): string {
  if (model === null) return `${name}: ${description}`;
  const named = title(task);
  return named === description ? `Prompts of ${named}, in ${model}` : `${named}: ${description}, in ${model}`;
}
