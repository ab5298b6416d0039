import { suggest } from "@autocircuit/base";
import {
  type AlgorithmName,
  idleFunction,
  type OptionSpec,
  optionNamed,
  optionOf,
  ownName,
} from "@autocircuit/discovery";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverCommandOptions } from "./options.ts";

/** Options of the command that are options of an algorithm, and their names there. */
export const FLAGS = [
  ["taus", "--taus", "taus"],
  ["target", "--target", "target"],
  ["gradFunction", "--grad-function", "gradFunction"],
  ["answerFunction", "--answer-function", "answerFunction"],
  ["steps", "--steps", "steps"],
] as const satisfies readonly (readonly [keyof DiscoverCommandOptions, string, string])[];

/**
 * The options of an algorithm that were given, by flag or by `--set name=value`.
 *
 * @throws UsageError for an option that the algorithm does not have or that is given twice, a value that it cannot take, and options that do
 *   nothing with others
 */
export function givenOptions(algorithm: AlgorithmName, options: DiscoverCommandOptions): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [key, flag, name] of FLAGS) {
    if (options[key] === undefined) continue;
    if (optionOf(algorithm, name) === undefined)
      throw new UsageError(`${algorithm} takes no ${flag}. Leave it out, or choose another --algorithm.`);
    given[name] = options[key];
  }
  for (const setting of options.set) {
    const [, name, text] = /^([^=]+)=(.*)$/.exec(setting) ?? [];
    if (name === undefined || text === undefined) throw new UsageError(`--set ${setting}: write it as name=value.`);
    if (name === "seed")
      throw new UsageError(`--set ${setting}: write it as --seed ${text}, which is for all of the run.`);
    const spec = optionNamed(algorithm, name);
    if (Object.hasOwn(given, name))
      throw new UsageError(`--set ${setting}: ${name} is given twice. Leave one of them out.`);
    given[name] = readValue(spec, text);
  }
  requireHeeded(given);
  return given;
}

/** @throws UsageError for functions of answers where the loss looks at none */
function requireHeeded(given: Readonly<Record<string, unknown>>): void {
  const name = idleFunction(given);
  if (name === undefined) return;
  const [, flag] = FLAGS.find(([, , option]) => option === name)!;
  throw new UsageError(
    `${flag} (--set ${name}) does nothing with --set loss=kl-div, which looks at no answers. Leave one of them out.`,
  );
}

function readValue(spec: OptionSpec, text: string): unknown {
  const number = (part: string): number => {
    const value = Number(part);
    if (part.trim() !== "" && Number.isFinite(value) && (spec.type !== "integer" || Number.isInteger(value)))
      return value;
    throw new UsageError(
      `${spec.name} takes ${spec.type === "integer" ? "a whole number" : "numbers"}, not "${text}": ${spec.description}.`,
    );
  };
  switch (spec.type) {
    case "number":
    case "integer":
      return number(text);
    case "numbers":
      return text.split(",").map(number);
    case "sizes":
      return text.split(",").map((part) => (part === "true_size" ? part : number(part)));
    case "names":
      return text.split(",").map((part) => chosen(spec, part));
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw new UsageError(`${spec.name} takes true or false, not "${text}": ${spec.description}.`);
    case "edges":
      return text.split(",");
    default:
      return chosen(spec, text);
  }
}

function chosen({ name, choices }: OptionSpec, text: string): string {
  if (!choices || choices.includes(ownName<string>(text))) return ownName<string>(text);
  throw new UsageError(`${name} cannot be "${text}". ${suggest(text, choices)}`);
}
