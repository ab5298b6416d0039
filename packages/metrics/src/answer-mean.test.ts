import { Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { answerMean, answerMeanLike, batchAnswerDifference, batchAnswerDifferenceLike } from "./answer-mean.ts";

const logits = Tensor.from([
  [1, 2, 4, 8],
  [10, 20, 40, 80],
]);

describe("answerMean", () => {
  test("averages each prompt's own number of answers", async () => {
    expect(await answerMean(logits, [[0, 2], [1]]).toArray()).toEqual([2.5, 20]);
    expect(await answerMean(logits, [[3], [0, 1, 3]]).toArray()).toEqual([8, expect.closeTo(110 / 3, 4)]);
  });

  test("averages over output positions, each with its own answers", async () => {
    const positions = Tensor.from([
      [
        [1, 2],
        [3, 5],
      ],
    ]);
    expect(await answerMean(positions, [[[1], [0, 1]]]).toArray()).toEqual([(2 + 4) / 2]);
  });

  test("answers less wrong answers", async () => {
    const batch = { answers: [[3], [0]], wrongAnswers: [[0, 1], [2]] };
    expect(await batchAnswerDifference(logits, batch).toArray()).toEqual([6.5, -30]);
  });

  test("of many tensors is that of each, also of one that is unlike", async () => {
    const batch = { answers: [[3], [0, 1]], wrongAnswers: [[0, 1], [2]] };
    const mean = answerMeanLike(logits, batch.answers);
    const difference = batchAnswerDifferenceLike(logits, batch);
    const wider = Tensor.cat([logits, logits.mul(3)], 1);
    for (const values of [logits, logits.mul(2), logits.to("float64"), logits.to("bfloat16"), wider]) {
      expect(await mean(values).toArray()).toEqual(await answerMean(values, batch.answers).toArray());
      expect(mean(values).dtype).toBe(values.dtype);
      expect(await difference(values).toArray()).toEqual(await batchAnswerDifference(values, batch).toArray());
    }
    expect(() => mean(Tensor.from([[1, 2, 3, 4]]))).toThrow(/2 prompts have answers, but the logits hold 1/);
  });

  test("says what does not fit", () => {
    expect(() => answerMean(logits, [[0]])).toThrow(/1 prompts have answers, but the logits hold 2/);
    expect(() => answerMean(logits, [[0], [4]])).toThrow(/Answer token 4 is outside the output vocabulary of 4/);
    expect(() => answerMean(Tensor.from([[1.5], [2]]), [[0], [1]])).toThrow(
      /outputs are numbers, one a position, so that answer 1 is no token of them. Compare by mean squared error/,
    );
    expect(() => answerMean(logits, [[0], []])).toThrow(/Prompt 1 of the batch \(from 0\) has no answer/);
    expect(() =>
      answerMean(logits, [
        [[0], [1]],
        [[0], [1]],
      ]),
    ).toThrow(/answers for 2 output positions/);
    expect(() => answerMean(logits, [[0.5], [1]])).toThrow(/no token id/);
  });
});
