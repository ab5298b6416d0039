import { AutocircuitError, describeValue, kind, signatures, suggest } from "@autocircuit/base";
import { type AlgorithmName, algorithms, type NamedAlgorithm, type OptionSpec } from "@autocircuit/discovery";

/**
 * Checks options of an algorithm before anything runs.
 *
 * @param where what has them, for messages
 * @throws AutocircuitError `unknown-name` for an option there is not, or a word that is no choice, with near names; `bad-input`
 */
export function requireOptions(where: string, algorithm: AlgorithmName, options: Readonly<Record<string, unknown>>) {
  const specs = new Map((algorithms[algorithm] as NamedAlgorithm).options.map((spec) => [spec.name, spec]));
  for (const [name, value] of Object.entries(options)) {
    if (name === "seed")
      throw new AutocircuitError("bad-input", `${where}: seeds stand under \`seeds\` of the plan, not among options.`);
    const spec = specs.get(name);
    if (spec === undefined) {
      const names = [...specs.keys()];
      const hint = names.length > 0 ? suggest(name.slice(0, 60), names) : "It takes none.";
      throw new AutocircuitError(
        "unknown-name",
        `${where}: ${algorithm} has no option ${JSON.stringify(name.slice(0, 60))}. ${hint}`,
      );
    }
    requireValue(where, spec, value, ownKind(algorithm, name) ?? kind.anything);
  }
}

/** What an algorithm's function says that an option may be: it knows that there is no number of steps below 1. */
export function ownKind(algorithm: string, option: string): kind.Kind | undefined {
  const name = algorithm.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return signatures().get(name)?.options?.[option];
}

function requireValue(where: string, spec: OptionSpec, value: unknown, own: kind.Kind): void {
  const words = spec.type === "names" ? (Array.isArray(value) ? value : []) : spec.type === "string" ? [value] : [];
  const wrong = words.find((word) => typeof word === "string" && spec.choices && !spec.choices.includes(word));
  if (wrong !== undefined) {
    throw new AutocircuitError(
      "unknown-name",
      `${where}: ${spec.name} cannot be ${JSON.stringify(String(wrong).slice(0, 60))}. ${suggest(String(wrong).slice(0, 60), spec.choices!)}`,
    );
  }
  const wanted = [KINDS[spec.type], own].find(({ accepts }) => !accepts(value));
  if (wanted === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `${where}: ${spec.name} must be ${wanted.what}, but it is ${describeValue(value)} (${spec.description}).`,
  );
}

const size = kind.either(
  kind.whole,
  kind.such('"true_size"', (value) => value === "true_size"),
);

const KINDS: Readonly<Record<OptionSpec["type"], kind.Kind>> = {
  number: kind.finite,
  integer: kind.integer,
  boolean: kind.flag,
  numbers: kind.listOf(kind.finite),
  sizes: kind.listOf(size),
  names: kind.listOf(kind.text),
  string: kind.text,
  edges: kind.listOf(kind.either(kind.text, kind.such("[name, token]", Array.isArray))),
};
