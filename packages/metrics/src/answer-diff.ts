import { batchAnswerDifference } from "./answer-mean.ts";
import { type Measure, measureRuns } from "./measure.ts";
import { logit, logprob, prob, type ValueFunction } from "./value-functions.ts";

/** Mean logit of the answers less that of the wrong answers; positive when the circuit prefers the answers. */
export const logitDiff: Measure = differenceOf(logit);

/** Mean probability of the answers less that of the wrong answers, -1 to 1. */
export const probDiff: Measure = differenceOf(prob);

/** Mean log-probability of the answers less that of the wrong answers, in nats. */
export const logprobDiff: Measure = differenceOf(logprob);

function differenceOf(value: ValueFunction): Measure {
  return (_, prompts, runs) =>
    measureRuns(prompts, runs, (batch) => (logits) => batchAnswerDifference(value(logits), batch));
}
