import { aliases } from "@autocircuit/core";

/** Other names of algorithms, of core's table. What is kept says the algorithm's own name; files of before may have another. */
export const algorithmAliases = aliases.algorithms;

/** Another name of an algorithm. */
export type AlgorithmAlias = keyof typeof algorithmAliases;

/** Names of some algorithms, and what else these may be called. */
export type WithAliases<Name extends string> =
  | Name
  | { [Alias in AlgorithmAlias]: (typeof algorithmAliases)[Alias] extends Name ? Alias : never }[AlgorithmAlias];

/** All names by which one of some algorithms can be asked for, their own first. */
export function withAliases<Name extends string>(names: readonly Name[]): readonly WithAliases<Name>[] {
  const aliases = (Object.keys(algorithmAliases) as AlgorithmAlias[]).filter((alias) =>
    (names as readonly string[]).includes(algorithmAliases[alias]),
  );
  return [...names, ...(aliases as WithAliases<Name>[])];
}

/** The algorithm's own name behind one that may be another; what is no other name is given back as it is. */
export function ownName<Name extends string>(name: WithAliases<Name>): Name {
  return (Object.hasOwn(algorithmAliases, name) ? algorithmAliases[name as AlgorithmAlias] : name) as Name;
}
