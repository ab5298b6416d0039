/** Minutes that the search for few edges may take. */
export const USUAL_BUDGET = 10;
