import type { DestGroup, DestNode } from "./node.ts";

/** The destination nodes of the groups, in the groups' order. */
export function destNodes(groups: readonly DestGroup[]): DestNode[] {
  return groups.flatMap((group, index) =>
    Array.from({ length: group.heads }, (_, head) => ({
      name: destName(group, head),
      module: group.module,
      kind: group.kind,
      layer: group.graphLayer,
      block: group.layer,
      head: group.hasHeads ? head : null,
      firstSource: group.firstSource,
      sources: group.sources,
      group: index,
    })),
  );
}

function destName(group: DestGroup, head: number): string {
  switch (group.kind) {
    case "q":
    case "k":
    case "v":
      return `A${group.layer}.${head}.${group.kind.toUpperCase()}`;
    case "qkv":
      return `A${group.layer}.${head}`;
    case "mlp":
      return `MLP ${group.layer}`;
    case "mid":
      return `Resid Mid ${group.layer}`;
    case "post":
      return `Resid Post ${group.layer}`;
    case "end":
      return "Resid End";
  }
}
