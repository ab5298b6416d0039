import { basename } from "node:path";
import type { ScoresInfo } from "@autocircuit/core";
import { isGguf, modelName } from "@autocircuit/models";

/** What saved scores say of the model that was named: nothing where the task has its own. */
export function savedModel(model: string | undefined): Pick<ScoresInfo, "model"> {
  return model === undefined ? {} : { model: nameWithFile(model) };
}

/** Says that what a file holds was found with a model of another name than it is run on; undefined where it was not, or nobody knows. */
export function otherModelNote(
  file: string,
  found: { readonly model?: string | undefined },
  model: string | undefined,
): string | undefined {
  if (found.model === undefined || model === undefined || found.model === nameWithFile(model)) return undefined;
  return (
    `note: ${file} was found with ${found.model}, and is run on ${nameWithFile(model)}: where their weights differ, as those of a quantised ` +
    "or converted file do, the numbers below are not those of the model that it was found with."
  );
}

/** What a model is called. A GGUF file has its own name too: its weights need not be those of the folder that it lies in. */
function nameWithFile(model: string): string {
  const [name, file] = [modelName(model), basename(model)];
  if (!isGguf(model)) return name;
  return file.startsWith(name) ? file : `${name}/${file}`;
}
