import { readCircuit, type SavedCircuit, type SavedCircuitOptions } from "@autocircuit/circuits";
import { flagError, inFlags } from "../discover/in-flags.ts";

/**
 * The circuit in a file, see `readCircuit`; what the library refuses is said with the names that options have on the command line.
 *
 * @throws UsageError or AutocircuitError for a file that holds no circuit, and, by what it gives, for a model that it is not of
 */
export async function readSaved(path: string, { size, rank }: SavedCircuitOptions = {}): Promise<SavedCircuit> {
  try {
    const saved = await readCircuit(path, { size, rank });
    return {
      ...saved,
      requireClear: (config) => inFlags(() => saved.requireClear(config)),
      circuitIn: (graph) => inFlags(() => saved.circuitIn(graph)),
      modelFor: (model, seqLen) => inFlags(() => saved.modelFor(model, seqLen)),
      scoredIn: (graph) => inFlags(() => saved.scoredIn(graph)),
    };
  } catch (error) {
    throw flagError(error);
  }
}
