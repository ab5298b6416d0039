import { ablationTypes } from "@autocircuit/core/ablations";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { addDeviceOptions } from "../support/device-options.ts";
import { maxEdges } from "../support/max-edges.ts";
import { CIRCUIT_TESTS, PROMPT_SCORES } from "../support/names.ts";
import { listOf, oneOf, shareBetween, wholeNumber } from "../support/parse-options.ts";
import { rankOption } from "../support/rank-option.ts";
import { addSubjectOptions } from "../support/subject-options.ts";
import type { TestCommandOptions } from "../test-circuit/options.ts";

/** `autocircuit test CIRCUIT`. */
export function addTest(program: Command, context: Context): void {
  const command = program
    .command("test")
    .description(
      "test the hypothesis that some edges are the circuit of a behaviour: equivalence, independence, minimality, sufficiency and partial necessity",
    )
    .argument(
      "<circuit>",
      "what discover --json wrote, a JSON list of edges, EAP-IG's circuit, or saved scores with --size",
    )
    .option("--task <name>", "the ready-made task it is a circuit of (default: the one that the file names)");
  addSubjectOptions(command, "the circuit")
    .optionsGroup("Tests:")
    .option("--size <n>", "of saved scores: edges in the circuit", wholeNumber(1))
    .addOption(rankOption())
    .option("--tests <list>", "only these tests (default: all)", listOf(oneOf(CIRCUIT_TESTS)))
    .option(
      "--score <name>",
      "how well a prompt is answered (default: logit-diff where there are wrong answers, answer-error for numbers, else answer-logprob)",
      oneOf(PROMPT_SCORES),
    )
    .option("--random <n>", "random circuits to compare with (default: 50)", wholeNumber(1))
    .option("--quantile <share>", "share of random circuits or edges to beat (default: 0.9)", shareBetween)
    .option("--most-edges <n>", "edges that minimality tries one by one (default: 200)", wholeNumber(1))
    .option("--level <p>", "chance of a wrong verdict of each test (default: 0.05)", shareBetween)
    .option(
      "--cross <files...>",
      "circuits of other tasks on the same model: how much the removal of each harms each task",
    )
    .option("--cross-prompts <files...>", "for one's own prompts: those of each circuit of --cross, in the same order")
    .option(
      "--ablation <type>",
      "what edges outside a circuit take (default: what the file was found with, else resample)",
      oneOf(ablationTypes),
    )
    .option("--seed <n>", "chooses the prompt pairs and what is drawn (default: the file's, else 0)", wholeNumber())
    .addOption(maxEdges())
    .option("--json <file>", "also write the verdicts as JSON");
  addDeviceOptions(command)
    .addHelpText(
      "after",
      `
Exit codes: 0 every test that could be made is passed; 3 one is not, or cannot tell with so few prompts or random circuits, or none could
be made; 1 failed; 2 wrong usage or input. --json has it as "passed": true, false, or null where nothing was refused and nothing can be told.
Which kind of graph the circuit is in (--no-separate-qkv, --no-factorized, --ungrouped) its file tells; for a list of edges give the option.
Equivalence, independence and minimality pass where nothing speaks against them. Of less than 20 prompts, equivalence passes only where they
show that the circuit keeps 90 to 110 % of the score, and independence can be refused alone; minimality, sufficiency and partial necessity
need 5 prompts at the usual level, and the last two 29 random circuits.

Examples:
  autocircuit discover tracr-reverse --json reverse-circuit.json
  autocircuit test reverse-circuit.json --tests equivalence,minimality,sufficiency
  autocircuit test reverse-circuit.json --tests sufficiency --random 100 --json tested.json
  autocircuit test edges.json --model models/gpt2 --prompts names.json --tests equivalence`,
    )
    .action(async (circuit: string, options: TestCommandOptions) => {
      const { testCommand } = await import("../test-circuit/test-circuit.ts");
      await testCommand(circuit, options, context);
    });
}
