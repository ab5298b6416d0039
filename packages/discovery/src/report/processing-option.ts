import { type LoadedTask, unusualProcessing } from "@autocircuit/core";

/** How the weights of a task's model were processed, for a report's options: nothing where that is what its loader does. */
export function processingOption({ model }: LoadedTask): { readonly processing?: string } {
  const processing = unusualProcessing(model.processing);
  return processing === undefined ? {} : { processing };
}
