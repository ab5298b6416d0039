import type { DestGroup, DestNode } from "./node.ts";

/** The destination nodes of the groups, in the groups' order. */
export function destNodes(groups: readonly DestGroup[]): DestNode[] {
  return groups.flatMap((group, index) =>
    Array.from({ length: group.heads }, (_, head) => ({
      name: destName(group, head),
      module: group.module,
      kind: group.kind,
      layer: group.layer,
      block: group.block,
      head: group.hasHeads ? head : null,
      firstSource: group.firstSource,
      sourceCount: group.sourceCount,
      group: index,
    })),
  );
}

function destName(group: DestGroup, head: number): string {
  switch (group.kind) {
    case "q":
    case "k":
    case "v":
      return `A${group.block}.${head}.${group.kind.toUpperCase()}`;
    case "qkv":
      return `A${group.block}.${head}`;
    case "mlp":
      return `MLP ${group.block}`;
    case "mid":
      return `Resid Mid ${group.block}`;
    case "post":
      return `Resid Post ${group.block}`;
    case "end":
      return "Resid End";
  }
}
