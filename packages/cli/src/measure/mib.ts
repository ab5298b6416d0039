import { join } from "node:path";
import { counted, formatNumber, formatShare } from "@autocircuit/base";
import { mibName, mibNameProblem, mibSubmission } from "@autocircuit/circuits";
import { type AblationType, type LoadedTask, type PruneScores, runVersions } from "@autocircuit/core";
import { type MibMeasures, measureMib } from "@autocircuit/discovery";
import type { MibAxis } from "@autocircuit/metrics";
import type { Context } from "../context.ts";
import type { Subject } from "../discover/subject.ts";
import { Progress } from "../support/progress.ts";
import { table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import type { UsedDevice } from "../support/use-device.ts";
import { writeJson, writeWhole } from "../support/write-file.ts";
import type { MeasureCommandOptions } from "./options.ts";

/** Scores on a task or on prompts of one's own, to be measured as the benchmark does. */
export interface MibSubject {
  readonly subject: Subject;
  /** The task, or what one's own prompts are called: names a submission. */
  readonly about: string;
  readonly task: LoadedTask;
  readonly scores: PruneScores;
  readonly options: MeasureCommandOptions;
  readonly used: UsedDevice;
}

/** @throws UsageError for options that the benchmark decides itself, or that are for it alone */
export function requireMibOptions(options: MeasureCommandOptions): void {
  const { mib = false, sizes, rank, metrics, patch, mibFolder, mibName: name, select } = options;
  const own = {
    "--sizes": sizes,
    "--rank": rank,
    "--metrics": metrics,
    "--patch edge": patch === "edge" ? patch : undefined,
  };
  const foreign = Object.entries(own).find(([, value]) => value !== undefined);
  if (mib && foreign) throw new UsageError(`--mib decides itself what ${foreign[0]} says: leave one of the two out.`);
  const only = Object.entries({ "--mib-folder": mibFolder, "--mib-name": name, "--select": select }).find(
    ([, value]) => value !== undefined,
  );
  if (!mib && only) throw new UsageError(`${only[0]} is for the benchmark's measures: give --mib too.`);
  if (name !== undefined && mibFolder === undefined)
    throw new UsageError("--mib-name names a folder in --mib-folder: give that too.");
  const problem = name === undefined ? undefined : mibNameProblem(name);
  if (problem !== undefined) throw new UsageError(`--mib-name ${name}: ${problem}`);
}

/** Measures scores as the Mechanistic Interpretability Benchmark does; prints its table and writes the folder it expects. */
export async function measureAsMib(
  { subject, about, task, scores, options, used }: MibSubject,
  { signal, print }: Pick<Context, "signal" | "print">,
): Promise<void> {
  const { select = "top", model } = options;
  const ablation = options.ablation as AblationType;
  // What the folder's format cannot hold is said before anything is measured.
  const name = options.mibName ?? mibName(about, subject.model ?? "own");
  const submission =
    options.mibFolder === undefined ? undefined : mibSubmission(scores, { name, dModel: task.model.config.dModel });
  using progress = new Progress("circuits x prompts");
  const measured = await measureMib(task.model, task.test, scores, {
    ...{ ablation, select, signal },
    ...(task.knownEdges !== null && { knownEdges: task.knownEdges }),
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  progress[Symbol.dispose]();
  print(mibText(measured, task.test.promptCount, ablation));
  const files: string[] = [];
  if (options.mibFolder !== undefined && submission !== undefined) {
    const path = join(options.mibFolder, submission.path);
    await writeWhole(path, submission.text);
    files.push(path);
  }
  if (options.json) {
    const { seed } = options;
    await writeJson(options.json, {
      ...{ task: subject.name, model: model ?? null, scores: options.scores, ablation, select, seed },
      ...{ promptCount: task.test.promptCount, edgeCount: scores.graph.edgeCount },
      ...measured,
      prunedLatents: subject.prunedLatents,
      replacedKl: subject.replacedKl,
      ...used.report,
      versions: runVersions(),
    });
    files.push(options.json);
  }
  if (files.length > 0) print(`wrote ${files.join(", ")}`);
}

/** What areas are taken over, and so their unit: shares go from 0.001 to 1, their logarithms over 6.9. */
const AXES: Readonly<Record<MibAxis, string>> = { linear: "linear: share", log: "log: ln(share)" };

function mibText(
  { full, empty, signed, absolute, auroc, notes }: MibMeasures,
  promptCount: number,
  ablation: string,
): string {
  const rows = signed.points.map(({ share, asked, size, faithfulness }, i) => {
    const other = absolute.points[i]!;
    return [formatShare(share), asked, size, formatNumber(faithfulness), other.size, formatNumber(other.faithfulness)];
  });
  const areas = (["linear", "log"] as const).flatMap((axis) =>
    Object.entries({ signed, absolute }).map(([name, { areas }]) => {
      const { cpr, cmd, average } = areas[axis];
      return [name, AXES[axis], ...[cpr, cmd, average].map(formatNumber)];
    }),
  );
  return [
    table(["share", "asked", "edges, signed", "faithfulness", "edges, absolute", "faithfulness"], rows),
    table(["scores", "area over", "CPR", "CMD", "average faithfulness"], areas),
    `CPR ${formatNumber(signed.areas.linear.cpr)} (signed), CMD ${formatNumber(absolute.areas.linear.cmd)} (absolute), linear axis, as the benchmark's paper takes them`,
    ...(auroc
      ? [
          `AUROC against the known circuit: signed ${formatNumber(auroc.signed)}, absolute ${formatNumber(auroc.absolute)}`,
        ]
      : []),
    `logit difference, mean of ${counted(promptCount, "prompt")}, ${ablation} ablation: full model ${formatNumber(full)}, empty circuit ${formatNumber(empty)}; edges are counted without dead ends`,
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
}
