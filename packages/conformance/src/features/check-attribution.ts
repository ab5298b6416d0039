import { AutocircuitError } from "@autocircuit/base";
import { type CircuitRun, PromptLoader, PruneScores, runCircuits } from "@autocircuit/core";
import {
  type AnswerFunction,
  edgeAttribution,
  type GradFunction,
  groundTruth,
  type MaskGradientOptions,
  maskGradient,
} from "@autocircuit/discovery";
import { type MetricName, metrics } from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import { ablationType } from "../ablation-names.ts";
import type { EdgeName } from "../patching/expected-case.ts";
import { checkScores, expectedScores } from "../patching/score-checks.ts";
import { toHost } from "../to-host.ts";
import { type AnswerSet, type FeatureVariant, promptsWith, setsBelow } from "./feature-case.ts";

/** What `attribution.json` says of a graph. */
interface ExpectedAttribution {
  true_edges: EdgeName[];
  /** By answers and metric, `[edges, value]`. */
  metrics?: Record<string, Record<string, [size: number, value: number][]>>;
  /** By `PATCH/TYPE/usual` or `.../reversed`, the sizes. */
  run_circuits?: Record<string, number[]>;
}

type Variant = FeatureVariant<ExpectedAttribution>;

/** The reference's names of metrics, and ours. */
const METRICS: Readonly<Record<string, MetricName>> = {
  logit_diff: "logit-diff",
  prob_diff: "prob-diff",
  logprob_diff: "logprob-diff",
  logit_diff_percent: "logit-diff-percent",
  logit_diff_percent_mean_of_ratios: "logit-diff-percent-mean-of-ratios",
  answer_logit: "answer-logit",
  answer_prob: "answer-prob",
  answer_logprob: "answer-logprob",
  wrong_answer_logit: "wrong-answer-logit",
  wrong_answer_prob: "wrong-answer-prob",
  wrong_answer_logprob: "wrong-answer-logprob",
};

/** Mask gradients with unusual answers, ablations and batches, attribution patching, ground truth, metrics and reversed runs. */
export async function checkAttribution(variant: Variant): Promise<void> {
  const { name, model, graph, inputs, batchSize, expected, tensors, recorder } = variant;
  for (const set of setsBelow(variant, "mask_gradient"))
    await recorder.attempt(`mask_gradient/${set}`, () => checkMaskGradient(variant, set));
  for (const answerFunction of setsBelow(variant, "edge_attribution_patching")) {
    const set = `edge_attribution_patching/${answerFunction}`;
    await recorder.attempt(set, async () => {
      using prompts = promptsWith(inputs.prompts, "answers", batchSize);
      const scores = await edgeAttribution(model, prompts, { answerFunction: answerFunction as AnswerFunction });
      checkScores(graph, scores.values, tensors, `${name}/${set}`, recorder.section(set));
    });
  }
  if (tensors.names(`${name}/ground_truth/`).length > 0) {
    const { values } = await groundTruth(model, null, { edges: expected.true_edges });
    checkScores(graph, values, tensors, `${name}/ground_truth`, recorder.section("ground_truth"));
  }
  for (const [answers, metrics] of Object.entries(expected.metrics ?? {}))
    await recorder.attempt(`metrics/${answers}`, () => checkMetrics(variant, answers as AnswerSet, metrics));
  for (const [key, sizes] of Object.entries(expected.run_circuits ?? {}))
    await recorder.attempt(`run_circuits/${key}`, () => checkRuns(variant, key, sizes));
}

async function checkMaskGradient(variant: Variant, set: string): Promise<void> {
  const { name, model, graph, tensors, recorder } = variant;
  const { prompts, options } = gradientOf(variant, set);
  using loader = prompts;
  const { values } = await maskGradient(model, loader, options);
  const key = `mask_gradient/${set}`;
  checkScores(graph, values, tensors, `${name}/${key}`, recorder.section(key).backward());
}

/** What the name of a set of mask gradients stands for. */
function gradientOf(
  { inputs, batchSize }: Variant,
  set: string,
): { prompts: PromptLoader; options: MaskGradientOptions } {
  const [what = "", ...rest] = set.split("/");
  const on = (answers: AnswerSet, size = batchSize) => promptsWith(inputs.prompts, answers, size);
  const functions = { gradFunction: rest[0] as GradFunction, answerFunction: rest[1] as AnswerFunction };
  if (what.startsWith("answers_")) return { prompts: on(what as AnswerSet), options: functions };
  if (what.startsWith("batch")) return { prompts: on("answers", Number(what.slice("batch".length))), options: {} };
  if (what.startsWith("ig")) {
    const steps = Number(what.slice("ig".length));
    return {
      prompts: on("answers"),
      options: { ...functions, steps, ablation: ablationType(rest[2] ?? "RESAMPLE") },
    };
  }
  switch (what) {
    case "mse":
      return { prompts: on("targets"), options: { gradFunction: functions.gradFunction, answerFunction: "mse" } };
    case "mask0": {
      const ablateFrom = rest[1] as "clean" | "corrupt" | undefined;
      return { prompts: on("answers"), options: { ablation: ablationType(rest[0]!), ablateFrom } };
    }
    case "one": {
      const { prompts } = on("answers");
      return { prompts: new PromptLoader([prompts[Number(rest[0])]!], { batchSize: 1 }), options: {} };
    }
    default:
      throw new AutocircuitError("bad-file", `The suite does not know mask gradients called "${set}".`);
  }
}

/** Metrics of circuits, with several answers a prompt. */
async function checkMetrics(
  variant: Variant,
  answers: AnswerSet,
  wanted: Record<string, [size: number, value: number][]>,
): Promise<void> {
  const { name, model, graph, inputs, batchSize, tensors, recorder } = variant;
  using prompts = promptsWith(inputs.prompts, answers, batchSize);
  const set = `${name}/mask_gradient/${answers}/logit/avg_diff`;
  const scores = new PruneScores(graph, expectedScores(graph, tensors, set));
  const sizes = Object.values(wanted)[0]!.map(([size]) => size);
  using runs = await runCircuits(model, prompts, { scores, sizes });
  for (const [metric, values] of Object.entries(wanted)) {
    const measure = METRICS[metric];
    if (!measure) throw new AutocircuitError("bad-file", `The suite does not know a metric called "${metric}".`);
    const ours = await metrics[measure].measure(model, prompts, runs);
    const section = recorder.section(`metrics/${answers}/${metric}`);
    // Divides by differences that may be tiny.
    const ofMax = metric === "logit_diff_percent_mean_of_ratios" ? 2e-2 : 0;
    const compare = metric.includes("percent") ? "decidedScalar" : "scalar";
    const max = Math.max(...values.map(([, value]) => Math.abs(value)));
    for (const [i, [size, value]] of values.entries()) {
      section.equal(`${size}/edges`, ours[i]?.size, size);
      section[compare](String(size), ours[i]?.value ?? Number.NaN, value, { ofMax, max });
    }
  }
}

/** Circuits run with the usual and with swapped prompts. */
async function checkRuns(variant: Variant, key: string, sizes: number[]): Promise<void> {
  const { name, model, graph, inputs, batchSize, tensors, recorder } = variant;
  const [patch, ablation, order] = key.split("/");
  using prompts = promptsWith(inputs.prompts, "answers", batchSize);
  using runs = await runCircuits(model, prompts, {
    scores: new PruneScores(graph, expectedScores(graph, tensors, `${name}/order`)),
    sizes,
    patch: patch === "TREE_PATCH" ? "tree" : "edge",
    ablation: ablationType(ablation!),
    reverseCleanCorrupt: order === "reversed",
  });
  const section = recorder.section(`run_circuits/${key}`);
  section.equal(
    "sizes",
    runs.map(({ size }: CircuitRun) => size),
    sizes,
  );
  for (const { size, logits } of runs)
    section.tensor(
      String(size),
      await toHost(Tensor.stack([...logits])),
      tensors.get(`${name}/run_circuits/${key}/${size}`),
    );
}
