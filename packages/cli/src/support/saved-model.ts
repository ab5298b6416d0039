import { basename } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { readCircuit } from "@autocircuit/circuits";
import { type PatchableModel, PruneScores, type ScoresInfo, sameWeights } from "@autocircuit/core";
import { DiscoveryFiles } from "@autocircuit/discovery";
import { isGguf, modelName } from "@autocircuit/models";
import { UsageError } from "./usage-error.ts";

/** What saved scores say of the model that they were found with. */
export type SavedModel = Pick<ScoresInfo, "model" | "fingerprint">;

/** The same of a model that was loaded: no name where the task has its own. */
export function savedModel(
  named: string | undefined,
  { fingerprint }: Pick<PatchableModel, "fingerprint">,
): SavedModel {
  return {
    ...(named !== undefined && { model: nameWithFile(named) }),
    ...(fingerprint !== null && { fingerprint }),
  };
}

/** What a file says that it was found with. */
interface FoundWith {
  readonly model?: string | undefined;
  readonly fingerprint?: string | undefined;
}

/**
 * Says that what a file holds was found with another model than it is run on: of other weights, or, where the file does not tell these or an earlier
 * version wrote how, of another name. Undefined where it was not, or nobody knows.
 *
 * @param named the model that it is run on, as it was named
 */
export function otherModelNote(
  file: string,
  found: FoundWith,
  named: string | undefined,
  { fingerprint }: Pick<PatchableModel, "fingerprint">,
): string | undefined {
  if (found.model === undefined || named === undefined) return undefined;
  const name = nameWithFile(named);
  const same = sameWeights(found.fingerprint ?? null, fingerprint);
  if (same ?? found.model === name) return undefined;
  if (found.model === name)
    return (
      `note: ${file} was found with another model of the name ${name}: its weights or its configuration differ from those of ${named}, ` +
      "so that the numbers below are not those of the model that it was found with."
    );
  return (
    `note: ${file} was found with ${found.model}, and is run on ${name}: ${same === false ? "as" : "where"} their weights differ, as those of a quantised ` +
    "or converted file do, the numbers below are not those of the model that it was found with."
  );
}

/** Scores, a circuit, or what a discovery left that was stopped. */
type Found = string | DiscoveryFiles;

/**
 * Throws an error of loading again: where it is that a task's own model is not there, and a file that the command was given was found with one that
 * was named, that one is to be named here too.
 *
 * @param files what the command was given, undefined where it was not; the first counts that says its model
 */
export async function askingForModel(error: unknown, files: readonly (Found | undefined)[]): Promise<never> {
  if (!(error instanceof AutocircuitError) || error.reason !== "no-model-of-task") throw error;
  for (const file of files) {
    const model = file === undefined ? undefined : await modelIn(file);
    if (model === undefined) continue;
    const path = file instanceof DiscoveryFiles ? file.path : file;
    throw new UsageError(`${path} was found with ${model}: give --model with the path of that model.`, {
      cause: error,
    });
  }
  throw error;
}

/** The model that it was found with; undefined where it does not say it. */
async function modelIn(file: Found): Promise<string | undefined> {
  if (file instanceof DiscoveryFiles) {
    const { model } = file.savedInfo();
    return typeof model === "string" ? model : undefined;
  }
  if (file.endsWith(".safetensors")) return (await PruneScores.load(file)).info.model;
  return (await readCircuit(file)).model;
}

/** What a model is called. A GGUF file has its own name too: its weights need not be those of the folder that it lies in. */
function nameWithFile(model: string): string {
  const [name, file] = [modelName(model), basename(model)];
  if (!isGguf(model)) return name;
  return file.startsWith(name) ? file : `${name}/${file}`;
}
