import { USUAL_SEED } from "@autocircuit/base";
import { ablationTypes } from "@autocircuit/core/ablations";
import { CURVES, ownName, discoveryDefaults as usual } from "@autocircuit/discovery";
import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import { askedSize } from "../discover/asked-size.ts";
import type { DiscoverCommandOptions } from "../discover/options.ts";
import { USUAL_BUDGET } from "../discover/usual-budget.ts";
import { addDeviceOptions } from "../support/device-options.ts";
import { LABELS_ARE, LABELS_OPTION } from "../support/labels-option.ts";
import { maxEdges } from "../support/max-edges.ts";
import {
  ACDC_TARGETS,
  ANSWER_FUNCTIONS,
  anyOf,
  GRAD_FUNCTIONS,
  RANKS,
  SELECTIONS,
  SPAN_AGGREGATIONS,
} from "../support/names.ts";
import { fraction, listOf, oneOf, positiveNumber, resamples, wholeNumber } from "../support/parse-options.ts";
import { addSubjectOptions } from "../support/subject-options.ts";

const count = (edgeCount: number) => edgeCount.toLocaleString("en-US");

/** `autocircuit discover [TASK]`. */
export function addDiscover(program: Command, context: Context): void {
  const command = program
    .command("discover")
    .description(
      "find the circuit of a task or of your own model and prompts, compare it with a known one, and write scores and a report",
    )
    .argument("[task]", "a ready-made task (see autocircuit tasks), on its own prompts unless --prompts has others");
  addSubjectOptions(command)
    .optionsGroup("Discovery:")
    .option(
      "--algorithm <name>",
      `how edges are scored: acdc, mask-gradient, edge-attribution (eap), random, ...; a wrong name lists them all (default: acdc up to ${count(usual.acdcUpTo)} edges, ${usual.forLargeGraphs} above; with --keep several, and the best counts)`,
    )
    .option(
      "--preset <key>",
      'an algorithm with its options as AutoCircuit names and sets them: "Tree Probing", ACDC, ...; a wrong key lists them; --set goes over it',
    )
    .option(
      "--ablation <type>",
      "what ablated edges take instead of their source's output (default: the algorithm's, mostly resample)",
      oneOf(ablationTypes),
    )
    .option("--by-token", "an edge for each position instead of one for all; all prompts must have the same length")
    .option(
      "--spans <file>",
      "parts of prompts by name, which may differ in length: edges in each span, and edges inside heads from span to span (JSON, or PEAP's .csv; with --size)",
    )
    .option(
      "--aggregation <how>",
      `--spans: how the scores of a span's tokens become one: ${anyOf(SPAN_AGGREGATIONS)} (default: sum)`,
      oneOf(SPAN_AGGREGATIONS),
    )
    .option(
      "--taus <list>",
      `acdc: thresholds on the rise of the divergence (default: ${usual.tau})`,
      listOf(positiveNumber),
    )
    .option(
      "--target <name>",
      `acdc: ${anyOf(ACDC_TARGETS)} (default: kl-div; mean-squared-error where the output is one number)`,
      oneOf(ACDC_TARGETS, ownName<string>),
    )
    .option("--grad-function <name>", `gradients: ${anyOf(GRAD_FUNCTIONS)}`, oneOf(GRAD_FUNCTIONS, ownName<string>))
    .option(
      "--answer-function <name>",
      `gradients: ${anyOf(ANSWER_FUNCTIONS)}`,
      oneOf(ANSWER_FUNCTIONS, ownName<string>),
    )
    .option("--steps <n>", "gradients along a path: of how many steps", wholeNumber(1))
    .option(
      "--set <name=value>",
      "any other option of the algorithm, as often as needed",
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option(
      "--size <n>",
      "edges in the circuit, or with % a share of all edges (default: as many as the known one; acdc: those that no threshold removes)",
      askedSize,
    )
    .option("--prune", "leave out edges of the circuit that lead nowhere; without it they are counted")
    .option(
      "--keep <fraction>",
      `the circuit with the fewest edges that keeps this fraction of the right answers (default where no circuit is known and the algorithm is not acdc: ${usual.keep})`,
      fraction,
    )
    .option(
      "--faithful <fraction>",
      `the best edges that keep this fraction of the logit difference (default for a task on a model whose circuit is not known: ${usual.faithful})`,
      fraction,
    )
    .option(
      "--tries <n>",
      `--keep: how often to change the circuit at random and look for a smaller one (default: ${usual.tries}, 0 for more than ${count(usual.triesUpTo)} edges)`,
      wholeNumber(),
    )
    .option(
      "--budget <minutes>",
      `--keep: how long to look for few edges, with --resume from then on; then the best so far counts and is measured (default: ${USUAL_BUDGET})`,
      positiveNumber,
    )
    .option(
      "--resume",
      "go on where the same command was stopped, by Ctrl-C or its budget, from the folder of --out: with the scores that were finished, of any algorithm, and where a search stood (the one of --keep for few edges, by attribution's scores too; acdc, subnetwork-probing, edge-pruning, ugs)",
    )
    .addOption(
      new Option(
        "--select <how>",
        "edges of a size: the best, or connected: grown from the output (greedy), or of largest total score (exact; default: top)",
      ).choices(SELECTIONS),
    )
    .addOption(
      new Option(
        "--rank <how>",
        "edges of a size: by the size of their scores, or signed, so that edges which harm the task come last (default: absolute)",
      ).choices(RANKS),
    )
    .option(
      "--select-seconds <n>",
      `--select exact: then the best so far counts (default: ${usual.selectSeconds})`,
      positiveNumber,
    )
    .option(
      "--bootstrap <n>",
      `draw the prompts again n times, at least ${usual.fewestResamples}, for intervals and stability; 0 does not (default: up to ${usual.resamples}, of methods of attribution)`,
      resamples(usual.fewestResamples),
    )
    .option("--test", "test the circuit found: equivalence, independence, minimality, sufficiency, partial necessity")
    .option(
      "--known-circuit <name>",
      "which known circuit to compare with (default: acdc's with --ablation zero, else the first)",
    )
    .option(
      "--seed <n>",
      "chooses the prompt pairs, their order, and everything random in the algorithm",
      wholeNumber(),
      USUAL_SEED,
    )
    .addOption(maxEdges())
    .optionsGroup("Output:")
    .option(
      "--out <folder>",
      "where scores.safetensors (scores in float32, whatever --dtype), report.html and circuit.svg go (default: circuit-reports/TASK or .../MODEL)",
    )
    .option(
      "--curve <detail>",
      "divergence by size in the report: full (all prompts), quick (sizes and prompts that take less time than the discovery) or none (default: quick)",
      oneOf(CURVES),
    )
    .option(LABELS_OPTION, `with --autoencoders: ${LABELS_ARE}; the report shows them`)
    .option("--json <file>", "also write the result as JSON");
  addDeviceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  autocircuit discover tracr-reverse
  autocircuit discover tracr-reverse --by-token --taus 1e-3 --json reverse.json
  autocircuit discover tracr-reverse --ablation zero
  autocircuit discover tracr-reverse --set largestBatch=1
  autocircuit discover tracr-hist --algorithm mask-gradient --steps 5 --out hist
  autocircuit discover tracr-hist --algorithm eap-ig-inputs --size 4 --bootstrap 500 --test
  autocircuit discover tracr-hist --algorithm relp --size 8 --select exact
  autocircuit discover tracr-reverse --keep 1
  autocircuit discover tracr-reverse --spans docs/examples/tracr-reverse-spans.json --size 9
  autocircuit discover ioi-component --model gpt2
  autocircuit discover --model models/sum --prompts sum.json --keep 0.99
  autocircuit discover --model models/brackets --prompts brackets.json --output-slice 0 --taus 0.01
  autocircuit discover ioi-component --model gpt2 --device auto --dtype bfloat16
  autocircuit discover --model gpt2 --prompts names.json more.json --skip-unfit --faithful 0.8
  autocircuit discover --model gpt2 --prompts names.json more.json --algorithm edge-attribution --size 100 --batch-size 8

Prompts look like this; answers must be single tokens:
  {"prompts": [{"clean": "When Mary and John went home, John spoke to", "corrupt": "When Mary and John went home, Mary spoke to",
                "answers": [" Mary"], "wrong_answers": [" John"]}, ...]}`,
    )
    .action(async (task: string | undefined, options: DiscoverCommandOptions) => {
      const { discover } = await import("../discover/discover.ts");
      await discover(task, options, context);
    });
}
