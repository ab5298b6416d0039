/**
 * A graph of circuit-tracer's (features of transcoders, and what each adds to each), to be looked at: `GET api/attribution-graph`, or
 * `POST api/attribution-graph` with a file's JSON.
 */
export interface AttributionGraph {
  title: string;
  prompt: string;
  /** The prompt's tokens; a node's position is one of them. */
  tokens: readonly string[];
  /** Names of the layers, from below, as the file has them: `E`, `0`, `1`. */
  layers: readonly string[];
  nodes: readonly AttributionNode[];
  links: readonly AttributionLink[];
  /** Links that were left out, the weakest: too many to be shown. */
  linksLeftOut: number;
  /** As the file has them: ids of pinned nodes, and named groups of nodes. */
  pinned: readonly string[];
  groups: readonly { name: string; nodes: readonly string[] }[];
}

export interface AttributionNode {
  /** As in the file, such as `3_1021_5`. */
  id: string;
  kind: "embedding" | "feature" | "error" | "logit" | "other";
  /** One of the layers, by its place from below. */
  layer: number;
  position: number;
  label: string;
  /** Share of the influence that nodes up to this one have, 0 to 1. */
  influence: number | null;
  activation: number | null;
  /** Of a logit's token. */
  probability: number | null;
}

export interface AttributionLink {
  /** Places in the list of nodes. */
  source: number;
  target: number;
  weight: number;
}
