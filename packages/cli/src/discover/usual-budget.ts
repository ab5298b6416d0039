/** Minutes that the search for few edges may take where somebody waits for it; to a program the library sets no limit. */
export const USUAL_BUDGET = 10;
