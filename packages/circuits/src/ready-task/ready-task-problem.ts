import { AutocircuitError } from "@autocircuit/base";
import { type LatentUse, latentOptionNames } from "./latent-options.ts";
import type { ReadyTask } from "./ready-task.ts";

/** What of {@link ReadyTaskOptions} not every ready-made task takes. */
export interface ReadyTaskUse extends Omit<LatentUse, "dtype"> {
  readonly model?: string | undefined;
  readonly positions?: readonly number[] | undefined;
  readonly sharePrefix?: boolean | undefined;
  readonly prompts?: unknown;
  readonly skipUnfit?: boolean | undefined;
}

/**
 * What is wrong with how a ready-made task is to be loaded, before anything is read: a compiled program is a model of its own, without
 * autoencoders and without prompts as text, and circuits of trained models take their positions from the prompts' words. Prompts that a task makes
 * itself fit.
 *
 * @returns the problem and what to do, with options in backticks; undefined where all is well
 */
export function readyTaskProblem(
  { name, compiled = false }: Pick<ReadyTask, "name" | "compiled">,
  use: ReadyTaskUse,
): string | undefined {
  if (use.skipUnfit && use.prompts === undefined)
    return `${name} makes prompts that fit: \`skipUnfit\` is for \`prompts\` in their place; leave it out, or give them.`;
  if (!compiled)
    return use.positions === undefined
      ? undefined
      : `${name} takes the positions of its circuits from its prompts: leave \`positions\` out.`;
  if (use.model !== undefined) return `${name} has its own model, which is compiled: leave \`model\` out.`;
  const latent = latentOptionNames.find((option) => use[option] !== undefined);
  if (latent !== undefined)
    return `${name} has a compiled model, of which there are no sparse autoencoders: leave \`${latent}\` out.`;
  return use.sharePrefix
    ? `${name} has prompts of token ids, of which no prefix is cut off: leave \`sharePrefix\` out.`
    : undefined;
}

/** @throws AutocircuitError `bad-input` for options that the task does not take, see {@link readyTaskProblem} */
export function requireReadyTaskOptions(task: Pick<ReadyTask, "name" | "compiled">, use: ReadyTaskUse): void {
  const problem = readyTaskProblem(task, use);
  if (problem !== undefined) throw new AutocircuitError("bad-input", problem);
}
