/** A head: block and number. */
export type HeadAt = readonly [block: number, head: number];

/**
 * The attention heads of the IOI circuit by role.
 *
 * Source: Wang et al. 2022, "Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 small"
 * (arXiv:2211.00593), figure 2 and sections 3.1 to 3.4; the selection of heads is that of Conmy et al. 2023 (ACDC).
 */
export const IOI_HEADS = {
  "previous token": [
    [2, 2],
    [4, 11],
  ],
  "duplicate token": [
    [0, 1],
    [0, 10],
    [3, 0],
  ],
  induction: [
    [5, 5],
    [5, 8],
    [5, 9],
    [6, 9],
  ],
  "s2 inhibition": [
    [7, 3],
    [7, 9],
    [8, 6],
    [8, 10],
  ],
  "name mover": [
    [9, 9],
    [10, 0],
    [9, 6],
  ],
  "backup name mover": [
    [10, 10],
    [10, 6],
    [10, 2],
    [10, 1],
    [11, 2],
    [9, 7],
    [9, 0],
    [11, 9],
  ],
  negative: [
    [10, 7],
    [11, 10],
  ],
} as const satisfies Record<string, readonly HeadAt[]>;

/** A role of heads in the IOI circuit. */
export type IoiRole = keyof typeof IOI_HEADS;

/** Words of an IOI prompt whose positions the circuit names: "When IO and S1 S1+1 ... S2 ... end". */
export const IOI_WORDS = ["IO", "S1", "S1+1", "S2", "end"] as const;

/** A word of an IOI prompt. */
export type IoiWord = (typeof IOI_WORDS)[number];
