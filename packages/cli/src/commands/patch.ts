import { LESS_THEIR_MEAN } from "@autocircuit/base";
import { ablationTypes } from "@autocircuit/core/ablations";
import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import type { PatchCommandOptions } from "../patch/patch.ts";
import { addDeviceOptions } from "../support/device-options.ts";
import { addLatentOptions } from "../support/latent-options.ts";
import { maxEdges } from "../support/max-edges.ts";
import { MODEL_IS, MODEL_OPTION } from "../support/model-option.ts";
import { oneOf, wholeNumber } from "../support/parse-options.ts";
import { rankOption } from "../support/rank-option.ts";
import { addPromptOptions, ungroupedOption } from "../support/subject-options.ts";

/** `autocircuit patch`. */
export function addPatch(program: Command, context: Context): void {
  const command = program
    .command("patch")
    .description("run a model on clean prompts with some edges ablated from the corrupt prompts, and write the logits")
    .requiredOption(
      "--edges <file>",
      'JSON list of edges: "A0.3->A1.2.Q", ["A0.3->A1.2.Q", 4] or {"edge": "A0.3->A1.2.Q", "token": 4}; what discover --json wrote, EAP-IG\'s circuit, or saved scores',
    )
    .option("--size <n>", "of saved scores: edges to ablate, those that count most", wholeNumber(1))
    .addOption(rankOption())
    .addOption(
      new Option("--ablation <type>", "what the edges take").argParser(oneOf(ablationTypes)).default("resample"),
    )
    .addOption(ungroupedOption())
    .addOption(maxEdges())
    .option("--json <file>", "write the logits of all prompts and positions")
    .optionsGroup("Model and prompts:")
    .requiredOption(MODEL_OPTION, MODEL_IS);
  addPromptOptions(command);
  addLatentOptions(command, "the file of --edges");
  addDeviceOptions(command)
    .addHelpText(
      "after",
      `
Which kind of graph is meant what discover --json wrote and saved scores say. Of a list of edges their names tell: separate or shared Q, K
and V, or nodes. It is by token if any edge has a position (one without a position then stands for all of them).
On models whose query heads share keys and values in groups a list does not tell whether K and V are edges of a group or of each query head:
--ungrouped says that they are each query head's own, and in the file
  {"graph": {"ungrouped": false}, "edges": ["A23.3->Resid End", "MLP 0->A23.1.V"]}
that they are the groups' (true: each query head's own).
Logits are ${LESS_THEIR_MEAN} (--processing none: as stored).

Examples:
  autocircuit patch --model models/gpt2 --prompts prompts.json --edges edges.json --ablation zero
  autocircuit patch --model models/sum --prompts prompts.json --edges edges.json --json logits.json
  autocircuit patch --model gpt2 --prompts names.json --edges edges.json --json logits.json
  autocircuit patch --model gpt2 --prompts gp.jsonl --edges edges.json --skip-unfit
  autocircuit patch --model gpt2 --prompts names.json --edges latent-edges.json --autoencoders saes/mlp-out`,
    )
    .action(async (options: PatchCommandOptions) => {
      const { patch } = await import("../patch/patch.ts");
      await patch(options, context);
    });
}
