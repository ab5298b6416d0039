import { PromptLoader } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it, test } from "vitest";
import { type MetricName, metrics, type NamedMetric } from "./metrics.ts";

const prompt = (answers: number[], wrongAnswers: number[]) => ({
  clean: [0, 1],
  corrupt: [1, 0],
  answers,
  wrongAnswers,
});
const prompts = new PromptLoader([prompt([0], [1]), prompt([2], [0, 1])], { batchSize: 1 });
const clean = [Tensor.from([[4, 1, 0]]), Tensor.from([[0, 2, 3]])];
const run = { size: 7, logits: [Tensor.from([[2, 3, 0]]), Tensor.from([[0, 2, 3]])] };
const full = { logits: async () => clean };

async function value(name: MetricName): Promise<number> {
  const [measured] = await metrics[name].measure(null, prompts, [run], { full });
  expect(measured!.size).toBe(7);
  return measured!.value;
}

/** The metrics that need such answers. */
function namesWhere(holds: (answers: NamedMetric["answers"]) => boolean): string[] {
  const table = Object.entries<NamedMetric>(metrics);
  return table.flatMap(([name, { answers }]) => (holds(answers) ? [name] : [])).sort();
}

/** Softmax by hand. */
function softmax(logits: number[]): number[] {
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / sum);
}

describe("metrics of a run of two batches, by hand", () => {
  const [first, second] = [softmax([2, 3, 0]), softmax([0, 2, 3])] as [number[], number[]];
  const whole = softmax([4, 1, 0]);
  /** Difference of probabilities of the second prompt. */
  const later = second[2]! - (second[0]! + second[1]!) / 2;
  const kl = whole.reduce((sum, p, index) => sum + p * Math.log(p / first[index]!), 0) / 2;

  const rows: [MetricName, number][] = [
    ["kl-clean", kl],
    ["kl-corrupt", kl],
    ["logit-diff", (-1 + 2) / 2],
    ["prob-diff", (first[0]! - first[1]! + second[2]! - (second[0]! + second[1]!) / 2) / 2],
    ["logprob-diff", (-1 + 2) / 2],
    ["logit-diff-percent", (100 * (-1 + 2)) / (3 + 2)],
    ["logit-diff-percent-mean-of-ratios", (100 * (-1 / 3 + 1)) / 2],
    ["prob-diff-percent", (100 * (first[0]! - first[1]! + later)) / (whole[0]! - whole[1]! + later)],
    ["prob-diff-percent-mean-of-ratios", (100 * ((first[0]! - first[1]!) / (whole[0]! - whole[1]!) + 1)) / 2],
    ["logprob-diff-percent", (100 * (-1 + 2)) / (3 + 2)],
    ["logprob-diff-percent-mean-of-ratios", (100 * (-1 / 3 + 1)) / 2],
    ["answer-logit", 2.5],
    ["answer-prob", (first[0]! + second[2]!) / 2],
    ["answer-logprob", (Math.log(first[0]!) + Math.log(second[2]!)) / 2],
    ["wrong-answer-logit", (3 + 1) / 2],
    ["wrong-answer-prob", (first[1]! + (second[0]! + second[1]!) / 2) / 2],
    ["wrong-answer-logprob", (Math.log(first[1]!) + (Math.log(second[0]!) + Math.log(second[1]!)) / 2) / 2],
    ["correct-percent", 50],
    ["correct-of-pair-percent", 50],
    ["max-abs-diff", 2],
    ["mean-squared-error", (4 + 4) / 6],
    ["argmax-agreement", 0.5],
  ];
  test.each(rows)("%s", async (name, expected) => {
    expect(await value(name)).toBeCloseTo(expected, 5);
  });

  test("has a row for every metric of tokens", () => {
    expect(rows.map(([name]) => name).sort()).toEqual(namesWhere((answers) => answers !== "numbers"));
  });
});

describe("each prompt's number", () => {
  it.each<[MetricName, number[]]>([
    ["logit-diff-percent-mean-of-ratios", [-100 / 3, 100]],
    ["logprob-diff-percent-mean-of-ratios", [-100 / 3, 100]],
    ["correct-percent", [0, 100]],
    ["correct-of-pair-percent", [0, 100]],
  ])("%s", async (name, expected) => {
    const [measured] = await metrics[name].measure(null, prompts, [run], { full });
    const { value, deviation, points } = measured!;
    expect(points).toEqual(expected.map((point) => expect.closeTo(point, 5)));
    expect(value).toBeCloseTo((expected[0]! + expected[1]!) / 2, 5);
    // Unbiased, of two numbers.
    expect(deviation).toBeCloseTo(Math.abs(expected[0]! - expected[1]!) / Math.SQRT2, 5);
  });

  it("is the mean over its positions", async () => {
    const pair = { clean: [0, 1], corrupt: [1, 0], answers: [[0], [1]], wrongAnswers: [[1], [0]] };
    const two = new PromptLoader([pair, pair], { batchSize: 2 });
    const logits = [
      Tensor.from([
        [3, 0],
        [3, 0],
        [3, 0],
        [0, 3],
      ]).reshape([2, 2, 2]),
    ];
    const [measured] = await metrics["correct-percent"].measure(null, two, [{ size: 1, logits }]);
    expect(measured).toEqual({ size: 1, value: 75, deviation: expect.closeTo(50 / Math.SQRT2, 9), points: [50, 100] });
  });

  it("does not vary where there is one prompt, and is left out of what is no mean over prompts", async () => {
    const one = new PromptLoader([prompt([0], [1])], { batchSize: 1 });
    const single = { size: 1, logits: [Tensor.from([[2, 3, 0]])] };
    const [measured] = await metrics["correct-percent"].measure(null, one, [single]);
    expect(measured).toEqual({ size: 1, value: 0, deviation: 0, points: [0] });
    const [means] = await metrics["prob-diff-percent"].measure(null, prompts, [run], { full });
    expect(Object.keys(means!)).toEqual(["size", "value"]);
  });
});

describe("answers that are numbers", () => {
  const numbers = new PromptLoader(
    [
      { clean: [0, 1], corrupt: [1, 0], answers: [[0.5], [1]], wrongAnswers: [[0], [0]] },
      { clean: [1, 1], corrupt: [1, 0], answers: [[0], [0.25]], wrongAnswers: [[0], [0]] },
    ],
    { batchSize: 2 },
  );
  const outputs = {
    size: 1,
    logits: [
      Tensor.from([
        [[0.5], [0]],
        [[0.5], [0.25]],
      ]),
    ],
  };

  const rows: [MetricName, number][] = [
    ["answer-mean-squared-error", (1 + 0.25) / 4],
    ["answer-max-abs-diff", 1],
  ];
  test.each(rows)("%s", async (name, expected) => {
    expect(await metrics[name].measure(null, numbers, [outputs])).toEqual([{ size: 1, value: expected }]);
  });

  test("have a row for every metric of numbers", () => {
    expect(rows.map(([name]) => name).sort()).toEqual(namesWhere((answers) => answers === "numbers"));
  });

  test("a shape that does not fit is an error", async () => {
    const wide = { size: 1, logits: [Tensor.zeros([2, 2, 3])] };
    await expect(metrics["answer-max-abs-diff"].measure(null, numbers, [wide])).rejects.toThrow(/shape of the output/);
  });
});

describe("what metrics need", () => {
  test("nothing to measure gives nothing", async () => {
    expect(await metrics["logit-diff"].measure(null, prompts, [])).toEqual([]);
  });

  test("the full model, if they compare with it", async () => {
    await expect(metrics["max-abs-diff"].measure(null, prompts, [run])).rejects.toThrow(/pass the model/);
  });

  test("runs on the same prompts", async () => {
    const half = { size: 1, logits: [run.logits[0]!] };
    await expect(metrics["logit-diff"].measure(null, prompts, [half])).rejects.toThrow(/1 batches/);
  });
});
