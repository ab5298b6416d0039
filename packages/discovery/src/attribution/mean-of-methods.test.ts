import { PromptLoader } from "@autocircuit/core";
import { describe, expect, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { algorithms } from "../algorithms.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import type { NamedAlgorithm } from "../named-algorithm.ts";
import { eapIgInputs } from "./eap-ig-inputs.ts";
import { meanOfMethods } from "./mean-of-methods.ts";
import { relp } from "./relp.ts";

const { model, prompts } = randomTask({ seed: 11, promptCount: 4, batchSize: 2 });
const close = (have: ArrayLike<number>, want: ArrayLike<number>) => {
  const largest = Array.from(want).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  Array.from(want).forEach((value, i) => {
    expect(Math.abs(have[i]! - value)).toBeLessThan(1e-4 * largest);
  });
};
const size = (values: Float32Array) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

describe("the mean of methods", () => {
  test("plain, and with each algorithm in units of its mean size", async () => {
    const [a, b] = [await eapIgInputs(model, prompts), await relp(model, prompts)];
    const algorithms = ["eap-ig-inputs", "relp"] as const;
    const plain = await meanOfMethods(model, prompts, { algorithms, normalise: "none" });
    close(
      plain.values,
      a.values.map((value, edge) => (value + b.values[edge]!) / 2),
    );
    const scaled = await meanOfMethods(model, prompts, { algorithms });
    close(
      scaled.values,
      a.values.map((value, edge) => (value / size(a.values) + b.values[edge]! / size(b.values)) / 2),
    );
    expect(scaled.info).toMatchObject({ algorithm: "mean-of-methods", options: { algorithms, normalise: "scale" } });
  });

  test("ranks run from -1 to 1 with the signs, and agree with the order", async () => {
    const algorithms = ["edge-attribution", "eap-ig-inputs"] as const;
    const { values } = await meanOfMethods(model, prompts, { algorithms, normalise: "rank" });
    const [a, b] = [await edgeAttribution(model, prompts), await eapIgInputs(model, prompts)];
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1);
    values.forEach((value, edge) => {
      if (a.values[edge]! > 0 && b.values[edge]! > 0) expect(value).toBeGreaterThan(0);
      if (a.values[edge]! < 0 && b.values[edge]! < 0) expect(value).toBeLessThan(0);
    });
  });

  test("scores of single prompts add up to those of all", async () => {
    const sum = new Float64Array(model.graph.edgeCount);
    const seen: number[] = [];
    const onPrompt = (scores: Float32Array, prompt: number) => {
      seen.push(prompt);
      scores.forEach((score, edge) => {
        sum[edge]! += score / prompts.batchSize;
      });
    };
    const { values } = await meanOfMethods(model, prompts, { onPrompt });
    expect(seen).toEqual([0, 1, 2, 3]);
    close(sum, values);
  });

  test("wrong input", async () => {
    const of = (options: object) => meanOfMethods(model, prompts, options);
    await expect(of({ algorithms: ["relp"] })).rejects.toThrow(/at least two algorithms/);
    await expect(of({ algorithms: ["relp", "relp"] })).rejects.toThrow(/relp is named twice/);
    await expect(of({ algorithms: ["relp", "acdc"] })).rejects.toThrow(/one of edge-attribution/);
    await expect(of({ normalise: "rank", onPrompt: () => {} })).rejects.toThrow(/do not add up/);
    // EAP, which is among the usual ones, looks at the clean run only.
    await expect(of({ loss: "kl-div" })).rejects.toThrow(/zero by construction/);
    const pairs = prompts.batches.flatMap((batch) => batch.prompts.map((pair) => ({ ...pair, corrupt: pair.clean })));
    const same = new PromptLoader(pairs, { batchSize: 4 });
    await expect(meanOfMethods(model, same)).rejects.toThrow(/scores all edges 0/);
  });
});

describe("edge attribution with a choice of loss", () => {
  test("is the same with scores of single prompts; faithfulness has another unit; KL is refused", async () => {
    const usual = await edgeAttribution(model, prompts);
    const rows: Float32Array[] = [];
    const rowed = await edgeAttribution(model, prompts, { onPrompt: (scores) => rows.push(scores) });
    close(rowed.values, usual.values);
    expect(rows).toHaveLength(4);
    expect(rowed.info.algorithm).toBe("edge-attribution");
    const { values } = await edgeAttribution(model, prompts, { loss: "faithfulness" });
    const ratio = values[5]! / usual.values[5]!;
    close(
      values,
      usual.values.map((value) => value * ratio),
    );
    await expect(edgeAttribution(model, prompts, { loss: "kl-div" })).rejects.toThrow(/zero by construction/);
    await expect(edgeAttribution(model, prompts, { loss: "faithfulness", ablateFrom: "clean" })).rejects.toThrow(
      /`ablateFrom`/,
    );
  });

  test("every algorithm of attribution takes the options that it lists, with their defaults", async () => {
    for (const [name, { discover, options, ...more }] of Object.entries<NamedAlgorithm>(algorithms)) {
      if (!("perPrompt" in more)) continue;
      const defaults = options.filter((option) => "default" in option).map((option) => [option.name, option.default]);
      const given = Object.fromEntries(defaults.filter(([key]) => key !== "ablateFrom"));
      let prompt = 0;
      await (discover as typeof edgeAttribution)(model, prompts, { ...given, onPrompt: () => prompt++ });
      expect([name, prompt]).toEqual([name, 4]);
    }
  });

  test("answers without wrong ones are refused by the prompt's number among all", async () => {
    const pairs = prompts.batches.flatMap((batch) => batch.prompts);
    const open = new PromptLoader(
      pairs.map((pair, number) => (number === 3 ? { ...pair, wrongAnswers: [] } : pair)),
      { batchSize: 2 },
    );
    await expect(eapIgInputs(model, open)).rejects.toThrow(/Prompt 3 \(from 0\) has no wrong answer/);
    await expect(eapIgInputs(model, open, { answerFunction: "max-diff" })).rejects.toThrow(/Prompt 3 \(from 0\) has/);
    await expect(eapIgInputs(model, open, { answerFunction: "avg-val" })).resolves.toBeDefined();
  });
});
