import { AutocircuitError } from "@autocircuit/base";
import type { NativeBox } from "./addon.ts";
import { guard } from "./addon-errors.ts";
import { addon } from "./loader.ts";
import type { PatchGraph, PatchGroup } from "./patch-graph.ts";
import type { TransformerConfig } from "./transformer-config.ts";

interface Known {
  readonly box: NativeBox;
  /** Transformers the graph was checked against. */
  readonly fits: WeakSet<TransformerConfig>;
}

const known = new WeakMap<PatchGraph, Known>();

/**
 * The graph inside the addon; made once per graph object.
 *
 * @throws AutocircuitError "bad-input" when the graph contradicts itself or the transformer.
 */
export function graphBox(graph: PatchGraph, config: TransformerConfig): NativeBox {
  const found = known.get(graph) ?? { box: guard(() => addon().createGraph(graph)), fits: new WeakSet() };
  known.set(graph, found);
  if (!found.fits.has(config)) {
    for (const [index, group] of graph.groups.entries()) checkGroup(group, index, config);
    found.fits.add(config);
  }
  return found.box;
}

function checkGroup({ kind, block, heads }: PatchGroup, index: number, config: TransformerConfig): void {
  const where = `graph.groups[${index}] (${kind}, block ${block})`;
  if (!(block >= 0 && block < config.layers)) {
    throw new AutocircuitError("bad-input", `${where}: the transformer has ${config.layers} blocks.`);
  }
  const perHead = kind === "q" || kind === "qkv" || kind === "k" || kind === "v";
  const expected = perHead ? [config.heads] : [1];
  // Keys and values may be read once per key/value head, or (ungrouped) once per query head.
  if (kind === "k" || kind === "v") expected.unshift(config.kvHeads);
  if (!expected.includes(heads)) {
    const allowed = [...new Set(expected)].join(" or ");
    throw new AutocircuitError("bad-input", `${where} has ${heads} heads, it must have ${allowed}.`);
  }
  if (kind === "mlp" && config.attnOnly) {
    throw new AutocircuitError("bad-input", `${where}: the transformer has no MLPs.`);
  }
}
