import { answerMeanLike } from "./answer-mean.ts";
import { type Metric, measureRuns } from "./metric.ts";
import { logit, logprob, prob, type ValueFunction } from "./value-functions.ts";

/** Mean logit of the answers: over a prompt's answers, its output positions, then the prompts. */
export const answerLogit: Metric = meanOf(logit, "answers");

/** Mean probability of the answers, 0 to 1, averaged as {@link answerLogit} is. */
export const answerProb: Metric = meanOf(prob, "answers");

/** Mean log-probability of the answers in nats, averaged as {@link answerLogit} is. */
export const answerLogprob: Metric = meanOf(logprob, "answers");

/** Mean logit of the wrong answers, averaged as {@link answerLogit} is. */
export const wrongAnswerLogit: Metric = meanOf(logit, "wrongAnswers");

/** Mean probability of the wrong answers, 0 to 1, averaged as {@link answerLogit} is. */
export const wrongAnswerProb: Metric = meanOf(prob, "wrongAnswers");

/** Mean log-probability of the wrong answers in nats, averaged as {@link answerLogit} is. */
export const wrongAnswerLogprob: Metric = meanOf(logprob, "wrongAnswers");

function meanOf(value: ValueFunction, which: "answers" | "wrongAnswers"): Metric {
  const what = which === "answers" ? "answer" : "wrong answer";
  return (_, prompts, runs) =>
    measureRuns(prompts, runs, (batch, _index, like) => {
      const mean = answerMeanLike(like, batch[which], { what, first: batch.first });
      return (logits) => mean(value(logits));
    });
}
