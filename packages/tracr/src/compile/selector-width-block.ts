import type { Value } from "../values/value.ts";
import { attentionHead } from "./attention-block.ts";
import type { AttentionHead, Mlp } from "./block.ts";
import { type Direction, direction } from "./direction.ts";
import { discretizeBlock } from "./discretize-block.ts";
import { Matrix } from "./matrix.ts";
import type { Settings } from "./options.ts";
import { parallelMlps } from "./parallel.ts";
import { Space } from "./space.ts";

/** What a selector width needs to know. */
export interface SelectorWidthSpec {
  readonly label: string;
  readonly queries: Space;
  readonly keys: Space;
  readonly output: Space;
  readonly predicate: (key: Value, query: Value) => boolean;
  readonly bos: Direction;
  readonly pad?: Direction;
  readonly settings: Settings;
}

/**
 * Counts the selected keys: a head attends to them and to BOS alike, and only BOS passes on a 1, so that its output is
 * `1 / (1 + width)`; the MLP of the same layer turns that into the width, and removes at BOS what was written there.
 */
export function selectorWidthBlock(spec: SelectorWidthSpec): { head: AttentionHead; mlp: Mlp } {
  const { label, output, bos, settings } = spec;
  const { maxSeqLen, mode, mlpExactness } = settings;
  const scratch = direction(`${label}_selector_width_attn_output`);
  const head = attentionHead({
    ...spec,
    values: new Space([bos]),
    output: new Space([scratch]),
    attendBos: true,
  });
  const count = discretizeBlock({
    label,
    input: scratch,
    values: Array.from({ length: maxSeqLen + 1 }, (_, width) => 1 / (width + 1)),
    f: (x) => Math.round(1 / Number(x) - 1),
    output,
    exactness: mlpExactness,
    mode,
  });
  return { head, mlp: parallelMlps([count, cleanBos(spec, scratch)]) };
}

/** BOS attends to itself, reads width 0, and must lose both the scratch value and the one-hot of 0. */
function cleanBos({ label, output, bos, settings }: SelectorWidthSpec, scratch: Direction): Mlp {
  // tracr names this unit without the label, so that two of them in one layer merge and subtract twice.
  const unit = direction(settings.mode === "corrected" ? `_hidden_clean_bos_${label}` : "_hidden_clean_bos_");
  const zero = direction(label, 0);
  const input = new Space([bos]);
  const hidden = new Space([unit]);
  const cleaned = new Space(output.has(zero) ? [scratch, zero] : [scratch]);
  const first = new Matrix(1, 1);
  first.set(0, 0, 1);
  const second = new Matrix(1, cleaned.size);
  for (let j = 0; j < cleaned.size; j++) second.set(0, j, -1);
  return { input, hidden, output: cleaned, first, second };
}
