import { fewestResamples } from "@autocircuit/metrics";
import { USUAL_KEEP } from "../fewest-edges/fewest-edges.ts";
import { USUAL_RESAMPLES } from "../report/stability-plan.ts";
import { USUAL_SELECT_SECONDS } from "../selection/select-circuit.ts";
import { USUAL_TAU } from "./fitting-options.ts";
import { TRIES_UP_TO, USUAL_TRIES } from "./keep-answers.ts";
import { USUAL_FAITHFUL } from "./plan-circuit.ts";
import { ACDC_UP_TO, FOR_LARGE_GRAPHS } from "./starting-algorithms.ts";

/** What a discovery does where nothing is said, in numbers, for help and pages; each is decided where it is used. */
export const discoveryDefaults = {
  /** Edges up to which ACDC is the algorithm, and the one above. */
  acdcUpTo: ACDC_UP_TO,
  forLargeGraphs: FOR_LARGE_GRAPHS,
  /** Share of the answers to keep. */
  keep: USUAL_KEEP,
  /** Share of the logit difference to keep where a circuit is known, but in other graphs. */
  faithful: USUAL_FAITHFUL,
  /** Random changes in search of a smaller circuit, and edges up to which there are any. */
  tries: USUAL_TRIES,
  triesUpTo: TRIES_UP_TO,
  /** Seconds for an exact selection. */
  selectSeconds: USUAL_SELECT_SECONDS,
  /** ACDC's threshold. */
  tau: USUAL_TAU,
  /** Resamples of the prompts at most, and the fewest that say anything. */
  resamples: USUAL_RESAMPLES,
  fewestResamples,
} as const;
