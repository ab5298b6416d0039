import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { trainedModels } from "./run-program.ts";

/**
 * The folder of SmolLM2-135M-Instruct, a real language model: `AUTOCIRCUIT_SMOLLM2`, else where `.ci/run` makes it. It holds one checkpoint
 * twice: `model.gguf`, and converted to float16 in the layout of `transformers`.
 */
export const smollm2 =
  process.env.AUTOCIRCUIT_SMOLLM2 ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "autocircuit", "models", "smollm2");

/** The same model as it came. */
export const smollm2Gguf = join(smollm2, "model.gguf");

/** Why tests on it are skipped; undefined where it is. Part of their names. */
export const noSmollm2 = existsSync(join(smollm2, "complete")) ? undefined : "skipped: .ci/run makes the model";

/** What `transformers` makes of it; undefined where that is not at hand. */
export const expectedOfSmollm2 = [join(trainedModels, "smollm2")].find((path) => existsSync(`${path}/expected.json`));

/** @param others the names of the corrupt prompt, none of them twice */
function pair(io: string, subject: string, others: readonly [string, string, string], place: string, thing: string) {
  const text = (a: string, b: string, c: string) => `When ${a} and ${b} went to the ${place}, ${c} gave a ${thing} to`;
  return {
    clean: text(io, subject, subject),
    corrupt: text(...others),
    answers: [` ${io}`],
    wrong_answers: [` ${subject}`],
  };
}

/** Who gets it? Pairs of 15 tokens, names of one token each. */
export const indirectObjects = {
  prompts: [
    pair("Clara", "Henry", ["Nancy", "Jacob", "Alex"], "house", "drink"),
    pair("Tom", "Russell", ["Richard", "Edward", "Jessica"], "library", "ticket"),
    pair("Emily", "Leo", ["Nancy", "Jacob", "Alex"], "beach", "necklace"),
    pair("Joan", "Nathan", ["Richard", "Edward", "Jessica"], "office", "ticket"),
  ],
};
