import { type PatchableModel, PromptLoader } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import type { ComputeDType } from "@autocircuit/native";
import { Command } from "commander";
import { randomModel, randomPrompts } from "../engine/random-model.ts";
import type { ModelSpec } from "../engine/specs.ts";
import { writeJson } from "../write-json.ts";
import { formatPrecision, runPrecision } from "./run-precision.ts";

/** A model whose every path takes seconds. */
const SMALL: ModelSpec = { layers: 4, heads: 4, dModel: 64, dMlp: 256, vocab: 211, promptCount: 4, seqLen: 8 };

/** Tokens that clean and corrupt prompts begin with alike. */
const SHARED = 2;

/** `bench precision`. */
export function precisionCommand(signal: AbortSignal): Command {
  return new Command("precision")
    .description("how far bfloat16 and float16 lie from float32, on every path: patching, gradients, algorithms")
    .option("--model <folder>", "a checkpoint, with random prompts, instead of random weights of four blocks")
    .option("--json <file>", "also write the results as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- precision\n  npm run bench -- precision --model gpt2 --json half.json",
    )
    .action(async ({ model: folder, json }: { model?: string; json?: string }) => {
      const load = (dtype: ComputeDType) =>
        folder === undefined
          ? randomModel(SMALL, 1, { dtype })
          : loadModel(folder, { dtype, outputSlice: "last_seq", tokenizer: null });
      const results = await runPrecision({
        load,
        prompts: promptsWithPrefix,
        onResult: ({ path, dtype }) => process.stderr.write(`${dtype}: ${path}\n`),
        signal,
      });
      console.log(formatPrecision(results));
      if (json) writeJson(json, results);
      if (results.some(({ passed }) => !passed)) process.exitCode = 1;
    });
}

/** Random pairs that begin alike, so that there is a prefix to share. */
export function promptsWithPrefix({ config }: PatchableModel): PromptLoader {
  const pairs = randomPrompts({ ...SMALL, vocab: config.dVocab }).prompts.map((pair) => ({
    ...pair,
    corrupt: [...pair.clean.slice(0, SHARED), ...pair.corrupt.slice(SHARED)],
  }));
  return new PromptLoader(pairs, { batchSize: pairs.length });
}
