import { basename } from "node:path";
import { readCircuit, type SavedCircuit } from "@autocircuit/circuits";
import { chooseSubject } from "../discover/choose-subject.ts";
import type { Subject } from "../discover/subject.ts";
import { UsageError } from "../support/usage-error.ts";
import type { TestCommandOptions } from "./options.ts";

/** A circuit of another task on the same model, and what it is about. */
export interface CrossSubject {
  readonly name: string;
  readonly file: SavedCircuit;
  readonly subject: Subject;
}

/**
 * The other tasks of `--cross`: each file names its ready-made task, or its prompts are given beside it.
 *
 * @throws UsageError where the model is not one that is brought, or prompts and circuits are not as many
 */
export async function crossSubjects(options: TestCommandOptions): Promise<CrossSubject[]> {
  const { cross = [], crossPrompts = [], model, prompts } = options;
  if (cross.length === 0 && crossPrompts.length === 0) return [];
  if (model === undefined)
    throw new UsageError(
      "--cross compares tasks on one model: name it with --model. A compiled one does a single task.",
    );
  const wanted = prompts === undefined ? 0 : cross.length;
  if (crossPrompts.length !== wanted)
    throw new UsageError(
      prompts === undefined
        ? "--cross-prompts is for your own --prompts; the circuits of ready-made tasks name theirs."
        : `--cross names ${cross.length} circuits and --cross-prompts ${crossPrompts.length} files of prompts: give one for each.`,
    );
  return Promise.all(
    cross.map(async (path, i) => {
      const file = await readCircuit(path, { size: options.size, rank: options.rank });
      if (prompts === undefined && file.task === undefined)
        throw new UsageError(`${path} does not say which task it is a circuit of: give what discover --json wrote.`);
      const own = prompts === undefined ? {} : { prompts: [crossPrompts[i]!] };
      const subject = chooseSubject(prompts === undefined ? file.task : undefined, { ...options, ...own });
      return { name: basename(path).replace(/\.\w+$/, ""), file, subject };
    }),
  );
}
