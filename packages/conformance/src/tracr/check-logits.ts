import { type CompiledModel, evaluate, forward } from "@autocircuit/tracr";
import { closeValues, largestDifference, type OutputsListener, type Report } from "./compare.ts";
import type { GoldenLogits } from "./golden.ts";

const tolerance = 1e-12;

/** Checks outputs over a whole data set to 1e-12, and the listed answers against the evaluator. */
export function checkGoldenLogits(
  golden: GoldenLogits,
  compiled: CompiledModel,
  report: Report,
  onOutputs?: OutputsListener,
): void {
  const sides = [
    { side: "clean", tokens: golden.clean_tokens, logits: golden.logits_clean_w64, answers: golden.answers },
    {
      side: "corrupt",
      tokens: golden.corrupt_tokens,
      logits: golden.logits_corrupt_w64,
      answers: golden.wrong_answers,
    },
  ];
  for (const { side, tokens, logits, answers } of sides) {
    let worst = tokens.length === logits.length ? 0 : Number.POSITIVE_INFINITY;
    let wrong = 0;
    tokens.forEach((ids, i) => {
      worst = Math.max(worst, largestDifference(forward(compiled, ids).logits, logits[i] ?? []));
      const values = evaluate(compiled.program, compiled.input.decode(ids.slice(1)));
      values.forEach((value, p) => {
        const output = value !== null && compiled.output.encoding === "categorical" ? compiled.output.id(value) : value;
        if (!closeValues(output, answers[i]?.[p] ?? null, tolerance)) wrong++;
      });
    });
    report(`${golden.task}: ${side} logits`, worst <= tolerance, `largest difference ${worst}`);
    onOutputs?.({ name: `${golden.task}: ${side}`, model: compiled, tokens, logits, float32Tolerance: 1e-6 });
    report(`${golden.task}: ${side} answers`, wrong === 0, `${wrong} positions differ`);
  }
}
