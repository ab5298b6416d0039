import { tracrTasks } from "../tasks/registry.ts";
import { animalDietPrompts } from "./animal-diet.ts";
import { capitalCitiesPrompts } from "./capital-cities.ts";
import { docstringPrompts } from "./docstring.ts";
import { greaterthanPrompts } from "./greaterthan.ts";
import { IOI_TEMPLATE_COUNT, type IoiForm, ioiPrompts } from "./ioi.ts";
import type { GeneratedPrompts, GeneratedTextPrompts } from "./prompt-file.ts";
import { sportsPlayersPrompts } from "./sports-players.ts";
import type { TextPromptsOptions } from "./text-prompts-options.ts";

/** Makes a data set; the same seed makes the same one. */
export type DataSetGenerator = (options?: { seed?: number }) => GeneratedPrompts;

const IOI_FORMS: readonly IoiForm[] = (["ABBA", "BABA"] as const).flatMap((order) =>
  Array.from({ length: IOI_TEMPLATE_COUNT }, (_, template) => ({ order, template })),
);

/**
 * Data sets of text by name, made for any vocabulary. All prompts of one are equally long in it, but for `ioi-mixed`.
 *
 * @example
 * textDataSets.ioi({ tokenizer: await loadTokenizer("models/smollm2"), count: 100 });
 */
export const textDataSets: Readonly<Record<string, (options?: TextPromptsOptions) => GeneratedTextPrompts>> = {
  ioi: (options) => ioiPrompts({ count: 400, ...options, form: "vanilla" }),
  "ioi-mixed": (options) => ioiPrompts({ count: 300, ...options, form: "mixed" }),
  greaterthan: greaterthanPrompts,
  docstring: docstringPrompts,
  "sports-players": sportsPlayersPrompts,
  "capital-cities": capitalCitiesPrompts,
  "animal-diet": animalDietPrompts,
};

const GENERATORS: readonly DataSetGenerator[] = [
  ...Object.values(tracrTasks).map(({ prompts }) => prompts),
  textDataSets.ioi!,
  textDataSets["ioi-mixed"]!,
  ...IOI_FORMS.map(
    (form): DataSetGenerator =>
      (options) =>
        ioiPrompts({ ...options, form }),
  ),
  greaterthanPrompts,
  docstringPrompts,
  sportsPlayersPrompts,
  capitalCitiesPrompts,
  animalDietPrompts,
];

/**
 * All generated data sets: each file's name is its `task` with `.json`.
 *
 * @example
 * for (const file of dataSets({ seed: 0 })) console.log(file.task, file.prompts.length);
 */
export function* dataSets(options: { seed?: number } = {}): Generator<GeneratedPrompts> {
  for (const generate of GENERATORS) yield generate(options);
}
