import { RaspError } from "../rasp-error.ts";
import type { Block } from "./block.ts";
import { direction } from "./direction.ts";
import type { Settings } from "./options.ts";
import { Space } from "./space.ts";

/** The spaces a model as a whole lives in. */
export interface ModelSpaces {
  /** The residual stream. */
  readonly residual: Space;
  /** One direction per token, BOS and PAD included; their order gives the token ids. */
  readonly tokens: Space;
  /** One direction per position after BOS. */
  readonly indices: Space;
  /** The program's result. */
  readonly output: Space;
}

/** Collects the residual stream: everything that blocks read and write, all tokens, all indices, and the result. */
export function modelSpaces(blocks: Iterable<Block>, output: Space, settings: Settings): ModelSpaces {
  const { vocab, bos, pad, maxSeqLen } = settings;
  const tokens = new Space([...vocab, bos, pad].map((token) => direction("tokens", token)));
  const indices = new Space(Array.from({ length: maxSeqLen }, (_, i) => direction("indices", i)));
  const spaces = [tokens, indices, output];
  for (const block of blocks) {
    if (block.kind !== "mlp") spaces.push(block.head.query, block.head.key, block.head.value, block.head.output);
    if (block.kind !== "attention") spaces.push(block.mlp.input, block.mlp.output);
  }
  return { residual: Space.join(...spaces), tokens, indices, output };
}

/** Checks that every head's values fit into a head of width `dHead`. */
export function checkValueWidths(heads: Iterable<{ label: string; width: number }>, dHead: number): void {
  for (const { label, width } of heads) {
    if (width <= dHead) continue;
    throw new RaspError(
      "unsupported",
      `${label}: it moves ${width} values, but heads are ${dHead} wide, the size of the largest query or key space, and tracr ` +
        'knows no wider ones; compile with mode "corrected"',
      label,
    );
  }
}
