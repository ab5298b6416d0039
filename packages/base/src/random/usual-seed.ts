/** What chooses the order of prompts and everything random where nobody says, on the command line, in plans of sweeps and in tasks of one's own. */
export const USUAL_SEED = 0;
