import type { Command } from "commander";
import type { Context } from "../context.ts";
import { ABLATIONS } from "../support/names.ts";
import { listOf, oneOf, positiveNumber, wholeNumber } from "../support/parse-options.ts";

/** Options of `autocircuit discover`, as commander gives them. */
export interface DiscoverCommandOptions {
  algorithm: string;
  ablation?: string;
  byToken?: boolean;
  tau?: number[];
  target?: string;
  gradFunction?: string;
  answerFunction?: string;
  samples?: number;
  set: string[];
  size?: number;
  circuit?: string;
  seed: number;
  out?: string;
  json?: string;
}

/** `autocircuit discover TASK`. */
export function addDiscover(program: Command, context: Context): void {
  program
    .command("discover")
    .description("find the circuit of a task, compare it with the known one, and write scores and a report")
    .argument("<task>", "a ready-made task; see autocircuit tasks")
    .option(
      "--algorithm <name>",
      "how edges are scored: acdc, mask-gradient, edge-attribution, random, ...; a wrong name lists them all",
      "acdc",
    )
    .option(
      "--ablation <type>",
      "what removed edges take instead of their source's output (default: the algorithm's, mostly resample)",
      oneOf(ABLATIONS),
    )
    .option("--by-token", "one edge per token position")
    .option("--tau <list>", "acdc: thresholds on the rise of the divergence (default: 0.001)", listOf(positiveNumber))
    .option(
      "--target <name>",
      "acdc: kl_div or mse (default: kl_div; mse where the output is one number)",
      oneOf(["kl_div", "mse"]),
    )
    .option(
      "--grad-function <name>",
      "gradients: logit, prob, logprob or logit_exp",
      oneOf(["logit", "prob", "logprob", "logit_exp"]),
    )
    .option("--answer-function <name>", "gradients: avg_diff, avg_val or mse", oneOf(["avg_diff", "avg_val", "mse"]))
    .option("--samples <n>", "mask-gradient: integrate over n steps", wholeNumber(1))
    .option(
      "--set <name=value>",
      "any other option of the algorithm, as often as needed",
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option(
      "--size <n>",
      "edges in the circuit (default: as many as the known one; acdc: those that no threshold removes)",
      wholeNumber(),
    )
    .option(
      "--circuit <name>",
      "which known circuit to compare with (default: acdc's with --ablation zero, else the first)",
    )
    .option(
      "--seed <n>",
      "chooses the prompt pairs, their order, and everything random in the algorithm",
      wholeNumber(),
      0,
    )
    .option(
      "--out <folder>",
      "where scores.safetensors, report.html and circuit.svg go (default: circuit-reports/TASK)",
    )
    .option("--json <file>", "also write the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  autocircuit discover tracr-reverse
  autocircuit discover tracr-reverse --by-token --tau 1e-3 --json reverse.json
  autocircuit discover tracr-reverse --ablation zero
  autocircuit discover tracr-reverse --set largestBatch=1
  autocircuit discover tracr-hist --algorithm mask-gradient --samples 5 --out hist`,
    )
    .action(async (task: string, options: DiscoverCommandOptions) => {
      const { discover } = await import("../discover/discover.ts");
      await discover(task, options, context);
    });
}
