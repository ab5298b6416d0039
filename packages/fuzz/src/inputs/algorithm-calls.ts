import { signatures } from "@autocircuit/base";
import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { algorithms, type NamedAlgorithm } from "@autocircuit/discovery";
import type { PublicCall } from "./public-call.ts";

/** Valid calls of the algorithms in the table that are public functions as they stand there; those that need more have rows of their own. */
export function algorithmCalls(on: {
  model: PatchableModel;
  prompts: PromptLoader;
}): Readonly<Record<string, PublicCall>> {
  const all: readonly NamedAlgorithm[] = Object.values(algorithms);
  const functions = all.filter(({ discover }) => signatures().has(discover.name));
  return Object.fromEntries(
    functions.map(({ discover, options }) => [
      discover.name,
      { takes: on, options: quick(options), call: (t, o) => discover(t.model as never, t.prompts as never, o) },
    ]),
  );
}

/** One step, for what trains. */
function quick(options: NamedAlgorithm["options"]): Record<string, number> {
  const trains = options.some(({ name }) => name === "epochs");
  const counts = options.filter(({ name }) => trains && (name === "epochs" || name === "samples"));
  return Object.fromEntries(counts.map(({ name }) => [name, 1]));
}
