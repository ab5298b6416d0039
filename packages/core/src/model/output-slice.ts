import { AutocircuitError } from "@autocircuit/base";

/** The names of the output slices that have one. */
export const outputSliceNames = ["last_seq", "not_first_seq", "none"] as const;

/**
 * Which positions of the output count: the last one, all but the first, all (`none`), or one given position of the whole
 * prompt (negative: from the end).
 */
export type OutputSlice = (typeof outputSliceNames)[number] | { readonly position: number };

/** The positions to compute logits at. */
export interface SlicePositions {
  /** Positions of the tokens given to the model, ascending. */
  readonly positions: readonly number[];
  /** Whether the position dimension falls away. */
  readonly single: boolean;
}

/** The prompts a slice is taken of. */
export interface SliceTarget {
  /** Number of positions of the tokens, P. */
  readonly seqLen: number;
  /** Number of tokens in a cached prefix before them; 0 if there is none. */
  readonly prefix: number;
  /** Whether shorter prompts were padded on the left. */
  readonly padded: boolean;
}

/**
 * The positions an output slice keeps.
 *
 * @throws AutocircuitError `bad-input` if the position lies outside the prompt or in its cached prefix, or if prompts are
 *   padded and the slice would count padding.
 */
export function slicePositions(slice: OutputSlice, { seqLen, prefix, padded }: SliceTarget): SlicePositions {
  if (slice === "last_seq") return { positions: [seqLen - 1], single: true };
  if (padded && !(typeof slice === "object" && slice.position < 0)) {
    throw new AutocircuitError(
      "bad-input",
      `The output slice ${describe(slice)} would count padded positions. Use "last_seq" or prompts of equal length, ` +
        "or ask for the logits of all positions (`sliced: false`).",
    );
  }
  if (typeof slice === "object") {
    const position = slice.position < 0 ? seqLen + slice.position : slice.position - prefix;
    if (Number.isInteger(position) && position >= 0 && position < seqLen)
      return { positions: [position], single: true };
    const range =
      prefix > 0 ? `${prefix} to ${prefix + seqLen - 1} (what comes before is cached)` : `0 to ${seqLen - 1}`;
    throw new AutocircuitError(
      "bad-input",
      `The output slice ${describe(slice)} is outside the positions ${range}: give \`outputSlice\` one of these.`,
    );
  }
  const first = slice === "not_first_seq" && prefix === 0 ? 1 : 0;
  return { positions: Array.from({ length: seqLen - first }, (_, index) => index + first), single: false };
}

/** How many of so many positions a slice keeps at most. */
export function slicedCount(slice: OutputSlice, length: number): number {
  return slice === "none" || slice === "not_first_seq" ? length : 1;
}

/** Whether a slice keeps nothing of the first `count` positions, so that they need not be computed. */
export function sliceSkips(slice: OutputSlice, count: number): boolean {
  if (typeof slice === "object") return slice.position < 0 || slice.position >= count;
  return slice === "last_seq" || (slice === "not_first_seq" && count <= 1);
}

function describe(slice: OutputSlice): string {
  return typeof slice === "object" ? `position ${slice.position}` : `"${slice}"`;
}
