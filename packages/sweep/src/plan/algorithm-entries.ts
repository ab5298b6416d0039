import { AutocircuitError, kind } from "@autocircuit/base";
import { type AlgorithmName, algorithmOrPreset, requireAlgorithmOptions } from "@autocircuit/discovery";
import type { SweepAlgorithm } from "./plan.ts";
import { requireOnce } from "./require-once.ts";

/** An algorithm of a plan with one setting. */
export interface AlgorithmEntry {
  readonly key: string;
  readonly algorithm: AlgorithmName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly priority: number;
}

/**
 * The algorithms of a plan, one a combination of its grids.
 *
 * @throws AutocircuitError `unknown-name` with near names; `bad-input` for options that cannot be and two of one key
 */
export function algorithmEntries(asked: readonly (string | SweepAlgorithm)[]): AlgorithmEntry[] {
  const entries = asked.flatMap(expanded);
  requireOwnKeys("algorithm", entries);
  return entries;
}

/** @throws AutocircuitError `bad-input` where two have the same key */
export function requireOwnKeys(what: string, entries: readonly { readonly key: string }[]): void {
  const seen = new Set<string>();
  for (const { key } of entries) {
    if (seen.has(key))
      throw new AutocircuitError(
        "bad-input",
        `The plan has the ${what} ${JSON.stringify(key)} twice. Give each a \`key\` of its own.`,
      );
    seen.add(key);
  }
}

function expanded(entry: string | SweepAlgorithm): AlgorithmEntry[] {
  const { algorithm: name, key = name, options = {}, grid = {}, priority = 0 } = asObject(entry);
  const { algorithm, options: set } = algorithmOrPreset(name);
  const where = `the algorithm ${JSON.stringify(key)}`;
  for (const [option, values] of Object.entries(grid)) {
    if (Object.hasOwn(options, option))
      throw new AutocircuitError(
        "bad-input",
        `${where}: ${option} stands in \`options\` and in \`grid\`: leave one out.`,
      );
    if (!kind.listOf(kind.anything).accepts(values) || values.length === 0)
      throw new AutocircuitError("bad-input", `${where}: \`grid.${option}\` must be a list of values, not empty.`);
    requireOnce(`${where}: \`grid.${option}\``, values);
  }
  return combinations(grid).map((point) => {
    const all = { ...set, ...options, ...point };
    if (Object.hasOwn(all, "seed"))
      throw new AutocircuitError("bad-input", `${where}: seeds stand under \`seeds\` of the plan, not among options.`);
    requireAlgorithmOptions(algorithm, all, where);
    const setting = Object.entries(point).map(([option, value]) => `${option}=${shown(value)}`);
    return { key: [key, ...setting].join(" "), algorithm, options: all, priority };
  });
}

function asObject(entry: string | SweepAlgorithm): SweepAlgorithm {
  return typeof entry === "string" ? { algorithm: entry } : entry;
}

/** Every choice of one value for each option, the last option changing fastest. */
function combinations(grid: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown>[] {
  return Object.entries(grid).reduce<Record<string, unknown>[]>(
    (points, [option, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [option]: value }))),
    [{}],
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
