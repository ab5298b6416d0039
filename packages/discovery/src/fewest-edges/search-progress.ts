/** What the search for the fewest edges does at the moment. */
export const searchPhases = {
  /** Looks for a beginning of a ranking that keeps enough on a few prompts. */
  first: "first prompts",
  /** Runs the full model on all prompts, which says what there is to keep. */
  answers: "the model's answers",
  /** Looks for the shortest beginning of a ranking that keeps enough. The larger ones take much longer than the smaller. */
  sizes: "sizes",
  /** Drops many edges together, where there is no time for each. */
  together: "edges together",
  nodes: "nodes",
  edges: "single edges",
  /** Counts what is lost without each edge of the circuit found. */
  scores: "scores",
} as const;

export type SearchPhase = (typeof searchPhases)[keyof typeof searchPhases];

/** How far the search for the fewest edges is in what it does at the moment. */
export interface SearchProgress {
  readonly phase: SearchPhase;
  /** Circuits, nodes or edges that were tried in this phase; it may begin again, with another ranking or the edges that are left. */
  readonly done: number;
  /** As many as there will be, about. */
  readonly total: number;
  /** Whether these take about equally long, so that what is left can be told from what is done. */
  readonly even: boolean;
}
