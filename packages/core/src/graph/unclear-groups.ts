import { kind, signature } from "@autocircuit/base";

const check = signature("unclearGroups", {
  config: kind.having("a model's configuration", "heads"),
  names: kind.listOf(kind.text),
});

/**
 * An edge into keys or values that two graphs of a model with grouped ones have, and that is another input in each: `A0.3->A1.0.K` is read by a group
 * of heads in the usual graph, and by head 0 alone in an ungrouped one. Undefined where there is none, and where another edge, into a head beyond
 * the groups, tells that it is the ungrouped one.
 *
 * @param names of the edges of one circuit
 * @throws AutocircuitError `bad-input`
 * @example
 * unclearGroups({ heads: 4, kvHeads: 2 }, ["A0.3->A1.0.K"]); // "A0.3->A1.0.K"
 */
export function unclearGroups(
  config: { readonly heads: number; readonly kvHeads?: number | undefined },
  names: readonly string[],
): string | undefined {
  check({ config, names });
  const { heads, kvHeads = heads } = config;
  if (kvHeads === heads) return undefined;
  const read = names.flatMap((name) => {
    const head = /->A\d+\.(\d+)\.[KV]$/.exec(name)?.[1];
    return head === undefined ? [] : [{ name, head: Number(head) }];
  });
  return read.some(({ head }) => head >= kvHeads) ? undefined : read[0]?.name;
}
