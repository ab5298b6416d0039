import { USUAL_SEED } from "@autocircuit/base";
import type { GivenGraph } from "@autocircuit/studio";
import { flagOf, isOnByDefault, noFlagOf } from "../support/flag-of.ts";
import { readJson } from "../support/read-json.ts";
import { UsageError } from "../support/usage-error.ts";
import type { StudioCommandOptions } from "./studio-options.ts";

/** Options that say nothing of a model. */
const withoutModel: readonly (keyof StudioCommandOptions)[] = ["attributionGraph", "port", "open"];

/** What commander gives without being asked. */
const usual: Partial<StudioCommandOptions> = { seed: USUAL_SEED };

/**
 * The attribution graph of a studio without a model.
 *
 * @throws UsageError where there is none, or where options ask for something that needs a model
 */
export function graphAlone(options: StudioCommandOptions): GivenGraph {
  if (options.attributionGraph === undefined)
    throw new UsageError(
      "Say what to open: a task (see autocircuit tasks), --model FOLDER --prompts FILE for your own, or --attribution-graph FILE alone. An --attribution-graph is shown beside either, too.",
    );
  const given = Object.entries(options) as [keyof StudioCommandOptions, unknown][];
  const needing = given.filter(
    ([name, value]) => !withoutModel.includes(name) && value !== (isOnByDefault(name) ? true : usual[name]),
  );
  if (needing.length > 0) {
    const names = needing.map(([name, value]) => (value === false ? noFlagOf(name) : flagOf(name)));
    throw new UsageError(
      `${names.join(", ")}: there is no model. --attribution-graph FILE alone is looked at; for these name a task, or --model with --prompts.`,
    );
  }
  return readGraph(options.attributionGraph);
}

/** A graph's file. @throws UsageError naming it, for what cannot be read */
export function readGraph(path: string): GivenGraph {
  return { name: path, json: readJson(path) };
}
