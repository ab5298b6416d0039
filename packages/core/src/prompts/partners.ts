/** For each position of a clean prompt the position of the corrupt one whose value it takes, null for none: it keeps its own. */
export type Partners = readonly (number | null)[];
