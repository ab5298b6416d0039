/** What chooses the order of prompts and everything random where nobody says: the default of `seed` wherever AutoCircuit's own is no other. */
export const USUAL_SEED = 0;
