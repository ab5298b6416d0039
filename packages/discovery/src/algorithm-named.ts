import { kind, signature } from "@autocircuit/base";
import { type AlgorithmName, algorithms } from "./algorithms.ts";
import { ownName, type WithAliases, withAliases } from "./own-names.ts";

/**
 * All names by which an algorithm can be asked for. All that looks up an algorithm by its name understands them: `findCircuit`, experiments, plans of
 * sweeps, the command line, the studio.
 */
export const algorithmNames: readonly WithAliases<AlgorithmName>[] = withAliases(
  Object.keys(algorithms) as AlgorithmName[],
);

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
  const own = ownName<string>(name);
  return Object.hasOwn(algorithms, own) ? (own as AlgorithmName) : undefined;
}
