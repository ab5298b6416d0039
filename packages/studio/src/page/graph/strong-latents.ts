import type { SourceRow } from "../../api/index.ts";
import type { EdgeTable } from "./edge-table.ts";

/** Which latents are nodes of their own, and how many others of the circuit share a node. */
export interface LatentChoice {
  /** Sources of the graph, the strongest of an autoencoder first. */
  own: readonly number[];
  /** By the name of the node that they share, see {@link sharedNode}. */
  others: Readonly<Record<string, number>>;
}

/** So many latents of an autoencoder are drawn by themselves, those that a person has named apart. */
export const mostLatents = 5;

export const noLatents: LatentChoice = { own: [], others: {} };

/** Whether a source is a latent: of an MLP's autoencoder, of attention's or of the residual stream's. */
export function isLatent({ kind }: Pick<SourceRow, "kind">): boolean {
  return kind === "latent" || kind === "attn-latent" || kind === "stream-latent";
}

/** What the node of a latent is called that has none of its own, `MLP 2 Latents`. */
export function sharedNode({ name }: Pick<SourceRow, "name">): string {
  return name.replace(/ Latent \d+$/, " Latents");
}

/** Whether there are latents in a graph. */
export function hasLatents({ table }: EdgeTable): boolean {
  return table.sources.some(isLatent);
}

/**
 * The strongest latents of a circuit, one autoencoder after the other: those whose edges in it have the largest scores in sum.
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
    if (!isLatent(sources[source]!)) continue;
    const value = Math.abs(values[edge]!);
    // An infinite score counts more than all that are finite.
    strength.set(source, (strength.get(source) ?? 0) + (Number.isNaN(value) ? 0 : Math.min(value, 1e60)));
  }
  const byStrength = [...strength].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([source]) => source);
  const own = new Set<number>();
  const drawn: Record<string, number> = {};
  const others: Record<string, number> = {};
  for (const source of byStrength) {
    const shared = sharedNode(sources[source]!);
    const before = drawn[shared] ?? 0;
    if (before < mostLatents) {
      drawn[shared] = before + 1;
      own.add(source);
    } else if (!named.has(sources[source]!.name)) {
      others[shared] = (others[shared] ?? 0) + 1;
    }
  }
  if (named.size > 0)
    sources.forEach((row, source) => {
      if (isLatent(row) && named.has(row.name)) own.add(source);
    });
  return { own: [...own], others };
}
