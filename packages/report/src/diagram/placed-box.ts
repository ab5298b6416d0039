import type { Box, Port } from "./boxes.ts";

/** A box with its place; `x` counts from the left of its lane. */
export interface PlacedBox {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** An edge of the lane touches it. */
  readonly used: boolean;
  readonly usedPorts: ReadonlySet<Port>;
  /** Edges between the blocks of a band. */
  readonly inside: number;
  /** Names of the latents that a band stands for, or of those latents or heads that share a box. */
  readonly members: readonly string[];
  /** How many sources that an autoencoder writes are drawn above it. */
  readonly above: number;
}
