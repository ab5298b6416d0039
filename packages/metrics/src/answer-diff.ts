import { batchAnswerDifferenceLike } from "./answer-mean.ts";
import { type Metric, measureRuns } from "./metric.ts";
import { logit, logprob, prob, type ValueFunction } from "./value-functions.ts";

/** Mean logit of the answers less that of the wrong answers; positive when the circuit prefers the answers. */
export const logitDiff: Metric = differenceOf(logit);

/** Mean probability of the answers less that of the wrong answers, -1 to 1. */
export const probDiff: Metric = differenceOf(prob);

/** Mean log-probability of the answers less that of the wrong answers, in nats. */
export const logprobDiff: Metric = differenceOf(logprob);

function differenceOf(value: ValueFunction): Metric {
  return (_, prompts, runs) =>
    measureRuns(prompts, runs, (batch, _index, like) => {
      const difference = batchAnswerDifferenceLike(like, batch);
      return (logits) => difference(value(logits));
    });
}
