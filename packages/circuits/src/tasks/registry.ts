import { kind, signature } from "@autocircuit/base";
import type { GeneratedPrompts, RawTextPrompt, RawTokenPrompt } from "../prompts/prompt-file.ts";
import type { ReadyTask } from "../ready-task/ready-task.ts";
import { animalDiet } from "./animal-diet/animal-diet.ts";
import { capitalCities } from "./capital-cities/capital-cities.ts";
import { docstring } from "./docstring/docstring.ts";
import { greaterthan } from "./greaterthan/greaterthan.ts";
import { ioi } from "./ioi/ioi.ts";
import { libraryPrograms } from "./library-programs/library-programs.ts";
import type { PublishedCircuit, PublishedTask, TextDataSetGenerator } from "./published-task.ts";
import { sportsPlayers } from "./sports-players/sports-players.ts";
import { tracrReversal } from "./tracr-reverse/tracr-reverse.ts";
import { tracrProportion } from "./tracr-xproportion/tracr-xproportion.ts";

const checkName = signature("readyTask", { nameOrKey: kind.text });

const COMPILED: readonly PublishedTask<ReadyTask<RawTokenPrompt>>[] = [tracrReversal, tracrProportion, libraryPrograms];
const TRAINED: readonly PublishedTask<ReadyTask<RawTextPrompt>>[] = [
  ioi,
  greaterthan,
  docstring,
  sportsPlayers,
  capitalCities,
  animalDiet,
];
const ALL: readonly PublishedTask[] = [...COMPILED, ...TRAINED];

/** The tasks of compiled models by name. */
export const tracrTasks: Readonly<Record<string, ReadyTask<RawTokenPrompt>>> = byName(
  COMPILED.flatMap(({ tasks }) => tasks),
);

/**
 * The ready-made tasks by name: those of compiled models, and those of the papers with AutoCircuit's keys, batch sizes and output slices, whose
 * models have trained weights that are not part of this package.
 *
 * @example
 * await using task = await tasks["tracr-hist"]!.load({ byToken: true });
 * await using ioi = await tasks["ioi-component"]!.load({ model: "models/gpt2" });
 */
export const tasks: Readonly<Record<string, ReadyTask>> = byName(ALL.flatMap(({ tasks }) => tasks));

/**
 * A ready-made task by its name, or by the key that it has once it is loaded; undefined where there is none.
 *
 * @example
 * readyTask("Docstring Component Circuit")?.name; // docstring-component
 */
export function readyTask(nameOrKey: string): ReadyTask | undefined {
  checkName({ nameOrKey });
  if (Object.hasOwn(tasks, nameOrKey)) return tasks[nameOrKey];
  return Object.values(tasks).find(({ key }) => key === nameOrKey);
}

/**
 * The published circuits by name. They need a graph only, no weights.
 *
 * @example
 * const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
 * publishedCircuits["ioi-edges"]!.edges(graph).length;
 */
export const publishedCircuits: Readonly<Record<string, PublishedCircuit>> = byName(
  [...TRAINED, ...COMPILED].flatMap(({ circuits }) => circuits),
);

/**
 * Data sets of text by name, made for any vocabulary. All prompts of one are equally long in it, but for `ioi-mixed`.
 *
 * @example
 * textDataSets.ioi!({ tokenizer: await loadTokenizer("models/gpt2"), count: 100 });
 */
export const textDataSets: Readonly<Record<string, TextDataSetGenerator>> = Object.assign(
  {},
  ...TRAINED.map(({ textDataSets }) => textDataSets),
);

/**
 * All generated data sets: each file's name is its `task` with `.json`.
 *
 * @example
 * for (const file of dataSets({ seed: 0 })) console.log(file.task, file.prompts.length);
 */
export function* dataSets(options: { seed?: number } = {}): Generator<GeneratedPrompts> {
  for (const { dataSets } of ALL) for (const generate of dataSets) yield generate(options);
}

function byName<T extends { name: string }>(list: readonly T[]): Record<string, T> {
  return Object.fromEntries(list.map((one) => [one.name, one]));
}
