import type { LoadedTask } from "@autocircuit/core";
import { noCrossing, type PromptSpans, SpanCircuit, type SpansSchema, spansOf } from "@autocircuit/discovery";
import { UsageError } from "../../support/usage-error.ts";
import { measuredOn } from "./measure-span-circuit.ts";
import type { SpanSettings } from "./span-settings.ts";

/**
 * The spans of the prompts to discover with and of those to measure on, before anything is scored.
 *
 * @throws UsageError for a size of more edges than there are over them, AutocircuitError for spans that do not fit the prompts
 */
export function requireFittingSpans(
  task: LoadedTask,
  schema: SpansSchema,
  { algorithm, given, size }: Pick<SpanSettings, "algorithm" | "given" | "size">,
): { train: PromptSpans; test: PromptSpans } {
  const { graph } = task.model;
  const spans = {
    train: spansOf(schema, task.train.prompts),
    test: spansOf(schema, measuredOn(task).prompts),
  };
  const none = new SpanCircuit(
    graph,
    spans.train.names,
    [],
    noCrossing(task.model, algorithm, given) === null ? [] : undefined,
  );
  const count = none.members.length + (none.crossing?.length ?? 0);
  if (size > count)
    throw new UsageError(`--size ${size} is more than there is over these spans: give at most ${count}.`);
  return spans;
}
