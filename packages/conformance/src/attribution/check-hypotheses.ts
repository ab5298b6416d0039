import { join } from "node:path";
import {
  equivalenceTest,
  independenceTest,
  minimalityTest,
  partialNecessityTest,
  sufficiencyTest,
} from "@autocircuit/metrics";
import { readJson } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { listOf } from "./differences.ts";

interface TestsExpected {
  equivalence: { epsilon: number; full: number[]; circuit: number[]; sign_test: Result }[];
  independence: (Result & { x: number[]; y: number[]; sigma: number; permuted: number[] })[];
  sufficiency: Against[];
  partial_necessity: Against[];
  minimality: {
    circuit: number[];
    knocked_out: number[][];
    inflated: number[][];
    inflated_knocked_out: number[][];
    quantile: number;
    metrics: number[];
    random_metrics: number[];
    empirical_quantiles: number[];
    p_values: number[];
    "not_minimal_at_0.05_bonferroni": number[];
  }[];
}

interface Result {
  statistic: number;
  p_value: number;
}

interface Against {
  full: number[];
  circuit: number[];
  random: number[][];
  quantile: number;
  use_mean: boolean;
  metric: number;
  random_metrics: number[];
  empirical_quantile: number;
  p_value: number;
}

/** Checks the tests of the circuit hypothesis on given scores of prompts. */
export async function checkHypotheses({ path }: CaseFolder, recorder: Recorder): Promise<void> {
  const expected = readJson(path, "tests.json") as TestsExpected;
  const tensors = new ExpectedTensors(join(path, "tests.safetensors"));
  expected.equivalence.forEach(({ epsilon, full, circuit, sign_test }, i) => {
    const { statistic, pValue } = equivalenceTest(full, circuit, { epsilon });
    recorder.scalar(`equivalence/${i}/statistic`, statistic, sign_test.statistic);
    recorder.scalar(`equivalence/${i}/p_value`, pValue, sign_test.p_value);
  });
  expected.independence.forEach(({ x, y, ...wanted }, i) => {
    const { shape, data } = tensors.get(`independence/${i}/permutations`);
    const [count, n] = shape as [number, number];
    const given = Array.from({ length: count }, (_, row) => Array.from(data).slice(row * n, (row + 1) * n));
    const found = independenceTest(x, y, { given });
    recorder.scalar(`independence/${i}/sigma`, found.sigma, wanted.sigma);
    recorder.scalar(`independence/${i}/statistic`, found.statistic, wanted.statistic);
    recorder.tensor(`independence/${i}/permuted`, listOf(found.permuted), listOf(wanted.permuted));
    recorder.scalar(`independence/${i}/p_value`, found.pValue, wanted.p_value);
  });
  const against = { sufficiency: sufficiencyTest, partial_necessity: partialNecessityTest };
  for (const [name, test] of Object.entries(against) as [keyof typeof against, typeof sufficiencyTest][])
    expected[name].forEach(({ full, circuit, random, quantile, use_mean, ...wanted }, i) => {
      const found = test(full, circuit, random, { quantile, useMean: use_mean });
      recorder.scalar(`${name}/${i}/metric`, found.distance, wanted.metric);
      recorder.tensor(`${name}/${i}/random_metrics`, listOf(found.randomDistances), listOf(wanted.random_metrics));
      recorder.scalar(`${name}/${i}/empirical_quantile`, found.beaten, wanted.empirical_quantile);
      recorder.scalar(`${name}/${i}/p_value`, found.pValue, wanted.p_value);
    });
  expected.minimality.forEach((given, i) => {
    const { circuit, knocked_out: knockedOut, inflated, inflated_knocked_out: inflatedKnockedOut, quantile } = given;
    const found = minimalityTest({ circuit, knockedOut, inflated, inflatedKnockedOut }, { quantile });
    const compare = (name: string, have: readonly number[], want: readonly number[]) =>
      recorder.tensor(`minimality/${i}/${name}`, listOf(have), listOf(want));
    compare("metrics", found.distances, given.metrics);
    compare("random_metrics", found.randomDistances, given.random_metrics);
    compare("empirical_quantiles", found.beaten, given.empirical_quantiles);
    compare("p_values", found.pValues, given.p_values);
    recorder.equal(`minimality/${i}/not_minimal`, found.notMinimal, given["not_minimal_at_0.05_bonferroni"]);
  });
}
