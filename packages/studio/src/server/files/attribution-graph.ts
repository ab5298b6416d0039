import { AutocircuitError } from "@autocircuit/base";
import type { AttributionGraph, AttributionLink, AttributionNode } from "../../api/index.ts";

/** More than circuit-tracer's page can show; a file beyond is refused. */
const MOST_NODES = 200_000;
const MOST_LINKS = 20_000_000;
/** Links that are shown, the strongest. */
const SHOWN_LINKS = 400_000;
/** Characters of a label, a token or a name. */
const LONGEST_TEXT = 2_000;

const KINDS: Readonly<Record<string, AttributionNode["kind"]>> = {
  embedding: "embedding",
  logit: "logit",
  "cross layer transcoder": "feature",
  transcoder: "feature",
  lorsa: "feature",
  "mlp reconstruction error": "error",
  "lorsa error": "error",
};

/**
 * Reads a graph of circuit-tracer's: `metadata`, `nodes` with `node_id`, `layer`, `ctx_idx` and `feature_type`, and `links` with `source`,
 * `target` and `weight`. Nothing of it is run; texts stay texts.
 *
 * @param json parsed already
 * @param where the file's name, for messages
 * @throws AutocircuitError `bad-file` naming the entry that does not fit
 */
export function readAttributionGraph(json: unknown, where: string): AttributionGraph {
  const bad = (reason: string): never => {
    throw new AutocircuitError("bad-file", `${where}: ${reason}`);
  };
  const file = objectOf(json);
  const metadata = objectOf(file?.metadata);
  if (!file || !metadata || !Array.isArray(file.nodes) || !Array.isArray(file.links))
    return bad("no graph of circuit-tracer: it should have `metadata`, and lists of `nodes` and `links`.");
  if (file.nodes.length > MOST_NODES) bad(`${file.nodes.length} nodes, at most ${MOST_NODES} are read.`);
  if (file.links.length > MOST_LINKS) bad(`${file.links.length} links, at most ${MOST_LINKS} are read.`);
  const tokens = textsOf(metadata.prompt_tokens) ?? bad("`metadata.prompt_tokens` should be a list of texts.");
  const { layers, placeOf } = layersOf(file.nodes, bad);
  const nodes = file.nodes.map((node, place) => nodeOf(node, place, placeOf, bad));
  const links = linksOf(file.links, nodes, bad);
  const shown = strongest(links, SHOWN_LINKS);
  const query = objectOf(file.qParams);
  return {
    title: textOf(metadata.slug) ?? where,
    prompt: textOf(metadata.prompt) ?? tokens.join(""),
    ...{ tokens, layers, nodes, links: shown, linksLeftOut: links.length - shown.length },
    pinned: textsOf(query?.pinnedIds) ?? [],
    groups: groupsOf(query?.supernodes),
  };
}

type Bad = (reason: string) => never;

function nodeOf(node: unknown, place: number, placeOf: (layer: unknown) => number, bad: Bad): AttributionNode {
  const { node_id, layer, ctx_idx, feature_type, clerp, influence, activation, token_prob } = objectOf(node) ?? {};
  const id = textOf(node_id) ?? bad(`nodes[${place}]: \`node_id\` should be a text.`);
  const position = wholeOf(ctx_idx) ?? bad(`nodes[${place}]: \`ctx_idx\` should be a whole number of at least 0.`);
  const kind = KINDS[String(feature_type)] ?? "other";
  return {
    ...{ id, kind, position, layer: placeOf(layer) },
    label: textOf(clerp) ?? "",
    influence: numberOf(influence),
    activation: numberOf(activation),
    probability: kind === "logit" ? numberOf(token_prob) : null,
  };
}

/** Layers are numbers, as text or not, and `E` for the embeddings: those that there are, in their order, so that none of a few is far off. */
function layersOf(nodes: readonly unknown[], bad: Bad): { layers: string[]; placeOf: (layer: unknown) => number } {
  const numbers = new Set<number>();
  const read = (layer: unknown, place: number): number => {
    const number = layer === "E" ? -1 : typeof layer === "string" && layer.trim() !== "" ? Number(layer) : layer;
    if (typeof number === "number" && Number.isInteger(number) && number >= -1) return number;
    return bad(`nodes[${place}]: \`layer\` should be a whole number, or E.`);
  };
  const found = new Map<unknown, number>();
  for (const [place, node] of nodes.entries()) {
    const layer = objectOf(node)?.layer;
    const number = read(layer, place);
    found.set(layer, number);
    numbers.add(number);
  }
  const sorted = [...numbers].sort((a, b) => a - b);
  const order = new Map(sorted.map((number, place) => [number, place]));
  return {
    layers: sorted.map((number) => (number < 0 ? "E" : `${number}`)),
    placeOf: (layer) => order.get(found.get(layer)!)!,
  };
}

function linksOf(links: readonly unknown[], nodes: readonly AttributionNode[], bad: Bad): AttributionLink[] {
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  if (places.size !== nodes.length) bad("two nodes have the same `node_id`.");
  return links.map((link, place) => {
    const entry = objectOf(link) ?? {};
    const source = places.get(entry.source as string);
    const target = places.get(entry.target as string);
    const weight = numberOf(entry.weight);
    if (source === undefined || target === undefined) bad(`links[${place}]: \`source\` or \`target\` is no node.`);
    if (weight === null) bad(`links[${place}]: \`weight\` should be a number.`);
    return { source: source!, target: target!, weight: weight! };
  });
}

function strongest(links: readonly AttributionLink[], most: number): readonly AttributionLink[] {
  if (links.length <= most) return links;
  const sizes = Float64Array.from(links, ({ weight }) => Math.abs(weight)).sort();
  const least = sizes[sizes.length - most]!;
  const above = links.filter(({ weight }) => Math.abs(weight) > least);
  const tied = links.filter(({ weight }) => Math.abs(weight) === least);
  return [...above, ...tied.slice(0, most - above.length)];
}

/** Groups are lists of texts: a name, then ids. */
function groupsOf(groups: unknown): { name: string; nodes: string[] }[] {
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group) => {
    const [name, ...nodes] = textsOf(group) ?? [];
    return name === undefined ? [] : [{ name, nodes }];
  });
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : undefined;
}

function textsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(textOf);
  return texts.includes(undefined) ? undefined : (texts as string[]);
}

function wholeOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
