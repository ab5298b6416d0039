import { AutocircuitError } from "@autocircuit/base";
import type { Graph } from "@autocircuit/core";

/** What a head makes of the residual stream: queries, keys and values. */
export type HeadInput = "Q" | "K" | "V";

/** The inputs of a head, in the order in which crossing edges are counted. */
export const headInputs: readonly HeadInput[] = ["Q", "K", "V"];

/**
 * An edge inside a head: `["A1.2.K", "subject", "last"]` is what the queries of head A1.2 at the tokens of `last` find in its keys at those of
 * `subject`. With V it is the values that are carried from there; with Q what the queries at `last` look for there.
 */
export type CrossingEdge = readonly [input: string, from: string, to: string];

/**
 * The crossing edges of a graph's heads over some spans (PEAP, Haklay et al. 2025, arXiv:2502.04577): for each head, of keys and values every
 * query head alone, each of its three inputs, and each pair of spans, one with itself too. Numbered `[block, head, input, from, to]`.
 */
export class CrossingEdges {
  readonly spans: readonly string[];
  readonly blocks: number;
  readonly heads: number;
  /** How many there are. */
  readonly count: number;

  constructor({ config }: Graph, spans: readonly string[]) {
    this.spans = spans;
    this.blocks = config.layers;
    this.heads = config.heads;
    this.count = config.layers * config.heads * headInputs.length * spans.length ** 2;
  }

  /** How many belong to one block. */
  get perBlock(): number {
    return this.count / this.blocks;
  }

  /** The number of an edge. @throws AutocircuitError `unknown-name` for a head, an input or a span that there is not */
  index([input, from, to]: CrossingEdge): number {
    const [, block, head, letter] = /^A(\d+)\.(\d+)\.([QKV])$/.exec(input) ?? [];
    if (letter === undefined || Number(block) >= this.blocks || Number(head) >= this.heads)
      throw new AutocircuitError(
        "unknown-name",
        `There is no input of a head called "${input}". They go from "A0.0.Q" to "A${this.blocks - 1}.${this.heads - 1}.V".`,
      );
    return this.place(Number(block), Number(head), headInputs.indexOf(letter as HeadInput)) + this.pair(from, to);
  }

  /** The number of a head's first edge of an input. */
  place(block: number, head: number, input: number): number {
    return ((block * this.heads + head) * headInputs.length + input) * this.spans.length ** 2;
  }

  /** The place of a pair of spans among all pairs. @throws AutocircuitError `unknown-name` */
  pair(from: string, to: string): number {
    return spanPlace(this.spans, from) * this.spans.length + spanPlace(this.spans, to);
  }

  /** The edge of a number. */
  at(index: number): CrossingEdge {
    const { length } = this.spans;
    const pair = index % length ** 2;
    const row = Math.floor(index / length ** 2);
    const head = Math.floor(row / headInputs.length);
    const name = `A${Math.floor(head / this.heads)}.${head % this.heads}.${headInputs[row % headInputs.length]}`;
    return [name, this.spans[Math.floor(pair / length)]!, this.spans[pair % length]!];
  }
}

/** The place of a span among those there are. @throws AutocircuitError `unknown-name` */
export function spanPlace(spans: readonly string[], span: string): number {
  const place = spans.indexOf(span);
  if (place >= 0) return place;
  throw new AutocircuitError("unknown-name", `There is no span "${span}". There are: ${spans.join(", ")}.`);
}
