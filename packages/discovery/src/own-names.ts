import { aliases } from "@autocircuit/core";

/** Other names of algorithms, of core's table. What is kept says the algorithm's own name; files of before may have another. */
export const algorithmAliases = aliases.algorithms;

/** Another name of an algorithm. */
export type AlgorithmAlias = keyof typeof algorithmAliases;

/** Other names of algorithms and of values that options have. */
const others = { ...aliases.algorithms, ...aliases.values };

type Alias = keyof typeof others;

/** Names of some algorithms or values, and what else these may be called. */
export type WithAliases<Name extends string> =
  | Name
  | { [Other in Alias]: (typeof others)[Other] extends Name ? Other : never }[Alias];

/** All names by which one of some algorithms or values can be asked for, their own first. */
export function withAliases<Name extends string>(names: readonly Name[]): readonly WithAliases<Name>[] {
  const called = (Object.keys(others) as Alias[]).filter((alias) =>
    (names as readonly string[]).includes(others[alias]),
  );
  return [...names, ...(called as WithAliases<Name>[])];
}

/** The own name behind one that may be another; what is no other name is given back as it is. */
export function ownName<Name extends string>(name: WithAliases<Name>): Name {
  return (Object.hasOwn(others, name) ? others[name as Alias] : name) as Name;
}

/** Options whose values have their own names. */
export type OwnValues<Options> = { [Name in keyof Options]: Exclude<Options[Name], Alias> };

/** Options with the own names of the values that they choose: the loss `kl-div` for AutoCircuit's `kl_div`. */
export function ownValues<Options extends object>(options: Options): OwnValues<Options> {
  const own = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === "string" ? ownName(value) : value,
  ]);
  return Object.fromEntries(own) as OwnValues<Options>;
}
