import { tracrTasks } from "../tasks/registry.ts";
import { animalDietPrompts } from "./animal-diet.ts";
import { capitalCitiesPrompts } from "./capital-cities.ts";
import { docstringPrompts } from "./docstring.ts";
import { greaterthanPrompts } from "./greaterthan.ts";
import { IOI_TEMPLATE_COUNT, type IoiForm, ioiPrompts } from "./ioi.ts";
import type { GeneratedPrompts } from "./prompt-file.ts";
import { sportsPlayersPrompts } from "./sports-players.ts";

/** Makes a data set; the same seed makes the same one. */
export type DataSetGenerator = (options?: { seed?: number }) => GeneratedPrompts;

const IOI_FORMS: readonly IoiForm[] = (["ABBA", "BABA"] as const).flatMap((order) =>
  Array.from({ length: IOI_TEMPLATE_COUNT }, (_, template) => ({ order, template })),
);

const GENERATORS: readonly DataSetGenerator[] = [
  ...Object.values(tracrTasks).map(({ prompts }) => prompts),
  (options) => ioiPrompts({ count: 400, ...options, form: "vanilla" }),
  (options) => ioiPrompts({ count: 300, ...options, form: "mixed" }),
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
