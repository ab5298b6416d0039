import type { EdgeTable } from "./edge-table.ts";

/** Which latents are nodes of their own, and how many others of the circuit their blocks' nodes stand for. */
export interface LatentChoice {
  /** Sources of the graph, the strongest of a block first. */
  own: readonly number[];
  /** By block. */
  others: Readonly<Record<number, number>>;
}

/** So many latents of a block are drawn by themselves, those that a person has named apart. */
export const mostLatents = 5;

export const noLatents: LatentChoice = { own: [], others: {} };

/** Whether there are latents in a graph. */
export function hasLatents({ table }: EdgeTable): boolean {
  return table.sources.some(({ kind }) => kind === "latent");
}

/**
 * The strongest latents of a circuit, block by block: those whose edges in it have the largest scores in sum.
 *
 * @param values - a number an edge: of a circuit 1, so that its latents of most edges are chosen
 * @param named - latents that are drawn in any case: pinned, or in a group
 */
export function strongLatents(
  edges: EdgeTable,
  circuit: Uint32Array,
  values: Float32Array,
  named: ReadonlySet<string>,
): LatentChoice {
  const { sources } = edges.table;
  const strength = new Map<number, number>();
  for (const edge of circuit) {
    const source = edges.source[edge]!;
    if (sources[source]!.kind !== "latent") continue;
    const value = Math.abs(values[edge]!);
    strength.set(source, (strength.get(source) ?? 0) + (Number.isFinite(value) ? value : 0));
  }
  const byStrength = [...strength].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([source]) => source);
  const own = new Set<number>();
  const drawn: Record<number, number> = {};
  const others: Record<number, number> = {};
  for (const source of byStrength) {
    const { block } = sources[source]!;
    const before = drawn[block] ?? 0;
    if (before < mostLatents) {
      drawn[block] = before + 1;
      own.add(source);
    } else if (!named.has(sources[source]!.name)) {
      others[block] = (others[block] ?? 0) + 1;
    }
  }
  if (named.size > 0)
    sources.forEach(({ kind, name }, source) => {
      if (kind === "latent" && named.has(name)) own.add(source);
    });
  return { own: [...own], others };
}
