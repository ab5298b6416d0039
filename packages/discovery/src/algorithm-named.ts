import { kind, signature } from "@autocircuit/base";
import { type AlgorithmName, algorithms } from "./algorithms.ts";

/**
 * Other names of algorithms, by which papers and the functions of this package call them. All that looks up an algorithm by its name understands
 * them: `findCircuit`, experiments, plans of sweeps, the command line, the studio.
 */
export const algorithmAliases = { eap: "edge-attribution" } as const satisfies Readonly<Record<string, AlgorithmName>>;

/** Another name of an algorithm. */
export type AlgorithmAlias = keyof typeof algorithmAliases;

/** All names by which an algorithm can be asked for. */
export const algorithmNames: readonly (AlgorithmName | AlgorithmAlias)[] = [
  ...(Object.keys(algorithms) as AlgorithmName[]),
  ...(Object.keys(algorithmAliases) as AlgorithmAlias[]),
];

const check = signature("algorithmNamed", { name: kind.text });

/**
 * The algorithm that a name means, its own or another one.
 *
 * @returns undefined where there is none
 * @example
 * console.log(algorithmNamed("eap")); // edge-attribution
 */
export function algorithmNamed(name: string): AlgorithmName | undefined {
  check({ name });
  if (Object.hasOwn(algorithms, name)) return name as AlgorithmName;
  return Object.hasOwn(algorithmAliases, name) ? algorithmAliases[name as AlgorithmAlias] : undefined;
}
