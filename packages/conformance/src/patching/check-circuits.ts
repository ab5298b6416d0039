import { type CircuitRun, defaultCircuitSizes, PruneScores, runCircuits } from "@autocircuit/core";
import { FullModel, type MetricName, type MetricValue, metrics } from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import { ablationType } from "../ablation-names.ts";
import { toHost } from "../to-host.ts";
import { maxAbs, type ToleranceOptions } from "../tolerance.ts";
import { expectedScores } from "./score-checks.ts";
import type { Variant } from "./variant.ts";

/** The reference's names of metrics, and ours. */
const METRICS: Readonly<Record<string, MetricName>> = {
  kl_clean: "kl-clean",
  kl_corrupt: "kl-corrupt",
  logit_diff: "logit-diff",
  prob_diff: "prob-diff",
  logprob_diff: "logprob-diff",
  logit_diff_percent: "logit-diff-percent",
  logit_diff_percent_mean_of_ratios: "logit-diff-percent-mean-of-ratios",
  answer_logit: "answer-logit",
  answer_prob: "answer-prob",
  wrong_answer_logit: "wrong-answer-logit",
  correct_percent: "correct-percent",
  correct_of_pair_percent: "correct-of-pair-percent",
};

/** Circuits of several sizes: their logits and all metrics. The scores that rank the edges are the reference's. */
export async function checkCircuits(variant: Variant): Promise<void> {
  const { name, model, graph, prompts, expected, tensors, recorder } = variant;
  if (!expected.run_circuits) return;
  const scores = new PruneScores(graph, expectedScores(graph, tensors, `${name}/mask_gradient/logit/avg_diff/mask0`));
  using full = new FullModel(model, prompts);
  for (const [key, wanted] of Object.entries(expected.run_circuits)) {
    const [patch, ablation] = key.split("/") as [string, string];
    const sizes = Object.values(wanted)[0]!.map(([size]) => size);
    using runs = await runCircuits(model, prompts, {
      scores,
      sizes,
      patch: patch === "TREE_PATCH" ? "tree" : "edge",
      ablation: ablationType(ablation),
    });
    const section = recorder.section(`run_circuits/${key}`);
    section.equal(
      "sizes",
      runs.map((run) => run.size),
      sizes,
    );
    const logits = (size: number) => tensors.get(`${name}/run_circuits/${key}/${size}`);
    const largestLogit = (size: number) => maxAbs(logits(size).data);
    for (const run of runs) section.tensor(String(run.size), await logitsOf(run), logits(run.size));
    for (const [metric, values] of Object.entries(wanted)) {
      const measure = METRICS[metric];
      if (!measure) throw new Error(`The case has a metric "${metric}" that the suite does not know.`);
      const ours = await metrics[measure].measure(model, prompts, runs, { full });
      compareMetric(section.section(metric), ours, values, metric, sizes.map(largestLogit));
    }
  }
}

/** Default lists of circuit sizes, with scores and without. */
export function checkSizes({ name, graph, expected, tensors, recorder }: Variant): void {
  const sizes = expected.edge_counts_util;
  if (!sizes) return;
  const scores = new PruneScores(graph, expectedScores(graph, tensors, `${name}/mask_gradient/logit/avg_diff/mask0`));
  recorder.equal("edge_counts_util/default", defaultCircuitSizes(graph, scores), sizes.default);
  recorder.equal("edge_counts_util/no_scores", defaultCircuitSizes(graph), sizes.no_scores);
}

async function logitsOf(run: CircuitRun) {
  return toHost(Tensor.stack(run.logits));
}

function compareMetric(
  recorder: Variant["recorder"],
  ours: readonly MetricValue[],
  expected: [number, number][],
  metric: string,
  largestLogits: readonly number[],
): void {
  const options: ToleranceOptions =
    metric === "logit_diff_percent_mean_of_ratios"
      ? { ofMax: 2e-2, max: Math.max(...expected.map(([, value]) => Math.abs(value))) }
      : {};
  // Counts of right answers, and ratios whose denominators come close to 0.
  const compare = metric.includes("percent") ? "decidedScalar" : "scalar";
  for (const [i, [size, value]] of expected.entries()) {
    const found = ours[i];
    if (found?.size === size)
      recorder[compare](String(size), found.value, value, { ...options, rounded: largestLogits[i]! });
    else recorder.record(String(size), false, `no value for ${size} edges`);
  }
}
