import type { KnownCircuit, ReadyTask } from "@autocircuit/circuits";
import type { AblationType, LoadedTask } from "@autocircuit/core";
import { type AlgorithmName, algorithms, type OptionSpec } from "@autocircuit/discovery";
import type { DiscoverCommandOptions } from "../commands/discover.ts";
import { suggest } from "../support/nearest.ts";
import { UsageError } from "../support/usage-error.ts";
import { givenOptions } from "./given-options.ts";

/** What a discovery run is to do. */
export interface DiscoverSettings {
  task: ReadyTask;
  algorithm: AlgorithmName;
  /** Options of the algorithm that were given on the command line. */
  given: Readonly<Record<string, unknown>>;
  ablation: AblationType;
  byToken: boolean;
  seed: number;
  /** Name of the known circuit to compare with. */
  circuitName: string;
  circuit: KnownCircuit;
  size: number | undefined;
  out: string;
}

/** Settings from options and a task. @throws UsageError for a circuit, an algorithm or an option of it that does not exist */
export function discoverSettings(task: ReadyTask, options: DiscoverCommandOptions): DiscoverSettings {
  if (!Object.hasOwn(algorithms, options.algorithm)) {
    throw new UsageError(
      `There is no algorithm "${options.algorithm}". ${suggest(options.algorithm, Object.keys(algorithms))}`,
    );
  }
  const algorithm = options.algorithm as AlgorithmName;
  const ablation = (options.ablation ?? optionOf(algorithm, "ablation")?.default ?? "resample") as AblationType;
  const names = Object.keys(task.circuits);
  // Zero ablation needs more edges than resampling does: the published circuits say which.
  const fitting = ablation === "zero" && names.includes("acdc") ? "acdc" : names[0]!;
  const circuitName = options.circuit ?? fitting;
  const circuit = task.circuits[circuitName];
  if (!circuit) throw new UsageError(`${task.name} has no circuit "${circuitName}". ${suggest(circuitName, names)}`);
  return {
    task,
    algorithm,
    given: givenOptions(algorithm, options),
    ablation,
    byToken: options.byToken ?? false,
    seed: options.seed,
    circuitName,
    circuit,
    size: options.size,
    out: options.out ?? `circuit-reports/${task.name}${options.byToken ? "-by-token" : ""}`,
  };
}

/** The options of the algorithm: those given, and defaults that suit the task (a model that gives one number has no distribution). */
export function algorithmOptions(
  loaded: LoadedTask,
  { algorithm, given, ablation }: DiscoverSettings,
): Record<string, unknown> {
  const numbers = outputsNumbers(loaded);
  const defaults = {
    taus: [1e-3],
    target: numbers ? "mse" : "kl_div",
    answerFunction: numbers ? "mse" : "avg_diff",
    ablation,
    // Only "ground-truth" must be told a circuit: the known one.
    ...(optionOf(algorithm, "edges")?.required && { edges: loaded.trueEdges }),
  };
  const fitting = Object.entries(defaults).filter(([name]) => optionOf(algorithm, name) !== undefined);
  return { ...Object.fromEntries(fitting), ...given };
}

/** Whether the model gives one number a position, which is no distribution. */
export function outputsNumbers({ model }: LoadedTask): boolean {
  return model.config.dVocabOut === 1;
}

function optionOf(algorithm: AlgorithmName, name: string): OptionSpec | undefined {
  return (algorithms[algorithm].options as readonly OptionSpec[]).find((option) => option.name === name);
}
