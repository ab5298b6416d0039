import { AutocircuitError, signature } from "@autocircuit/base";
import { type Autoencoders, disposeAutoencoders } from "@autocircuit/native";
import { aliases } from "../aliases.ts";
import { latentPositionsProblem, latentsByPosition } from "../graph/kept-latents.ts";
import { keepsLatentErrors } from "../graph/same-graph.ts";
import { longOptions, patchableModel, promptLoader } from "../kinds.ts";
import { keepLatents } from "../model/keep-latents.ts";
import { refuseKeeping } from "../model/keepable-latents.ts";
import type { LongOptions } from "../model/long-options.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import { type PrunedLatents, pruneLatents } from "../model/prune-latents.ts";
import { replacedModel } from "../model/replaced-model.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import {
  type AutoencoderInput,
  optionsAboutLatents,
  type TaskLatentOptions,
  taskLatentOptions,
} from "./task-options.ts";

/** A task's model, and what its autoencoders cost. */
export interface TaskModelWithLatents {
  readonly model: PatchableModel;
  /** What pruning latents did; null where none were pruned. */
  readonly prunedLatents: Omit<PrunedLatents, "autoencoders"> | null;
  /** KL(the model || the model with autoencoders) in nats, where what they leave out is dropped; else null. */
  readonly replacedKl: number | null;
}

const check = signature(
  "withTaskAutoencoders",
  { model: patchableModel, prompts: promptLoader },
  { ...taskLatentOptions, ...longOptions },
);

/**
 * A task's model with its autoencoders, pruned by the training prompts; the model itself where the task has none.
 *
 * @param prompts by which latents are pruned, and the distance from the model is measured
 * @param options as of a task; `onProgress` is called while latents are pruned
 * @returns a model that shares the transformer's weights, which is the caller's; or the one that was given
 * @throws AutocircuitError `bad-input` for fields that contradict each other, and autoencoders of another place or model
 * @example
 * const { autoencoders } = await trainAutoencoders(task.model, task.train, { latents: 64, epochs: 1 });
 * const { model, replacedKl } = await withTaskAutoencoders(task.model, task.train, {
 *   key: "with-latents", autoencoderInput: "mlp_out", pruneLatents: false, autoencoders: () => autoencoders,
 * });
 */
export async function withTaskAutoencoders(
  model: PatchableModel,
  prompts: PromptLoader,
  options: TaskLatentOptions & LongOptions,
): Promise<TaskModelWithLatents> {
  check({ model, prompts }, options);
  const {
    signal,
    onProgress,
    autoencoderInput,
    keepLatents: kept,
    pruneLatents: prune = kept === undefined,
    pruneWithCorrupt,
  } = options;
  if (autoencoderInput === undefined) {
    const given = optionsAboutLatents.find((name) => options[name] !== undefined);
    if (given === undefined) return { model, prunedLatents: null, replacedKl: null };
    throw new AutocircuitError(
      "bad-input",
      `Task ${options.key}: \`${given}\` is given without \`autoencoderInput\`, which says what autoencoders replace.`,
    );
  }
  if (options.autoencoders === undefined) {
    throw new AutocircuitError(
      "bad-input",
      `Task ${options.key}: \`autoencoderInput\` needs \`autoencoders\`, which loads them.`,
    );
  }
  if (prune && pruneWithCorrupt === undefined) {
    throw new AutocircuitError(
      "bad-input",
      `Task ${options.key}: say whether corrupt prompts count in pruning latents, \`pruneWithCorrupt\`.`,
    );
  }
  if (prune && kept !== undefined) {
    throw new AutocircuitError(
      "bad-input",
      `Task ${options.key}: \`keepLatents\` says which latents are kept, so none are pruned: leave \`pruneLatents\` out.`,
    );
  }
  const byToken = options.byToken ?? false;
  const byPosition = kept ? latentsByPosition({ config: kept }) : prune && byToken;
  if (byPosition && options.sharePrefix) {
    throw new AutocircuitError(
      "bad-input",
      `Task ${options.key}: latents that are pruned position by position belong to whole prompts: leave \`sharePrefix\` out, or pruning (\`pruneLatents: false\`).`,
    );
  }
  const input = inputOf(autoencoderInput);
  // The other way round names mean what they say.
  const unfit = kept && byPosition ? latentPositionsProblem(kept, byToken) : undefined;
  if (unfit) throw refuseKeeping(unfit);
  const autoencoderErrors = keepsLatentErrors({ ...options, kept, asAutocircuit: true });
  const loaded = await options.autoencoders({
    config: model.config,
    input,
    pythiaSize: options.autoencoderPythiaSize,
    autoencoderErrors,
    dtype: model.computeDtype,
    signal,
  });
  const given = { ...loaded, errors: autoencoderErrors };
  try {
    if (given.input !== input) {
      throw new AutocircuitError(
        "bad-input",
        `Task ${options.key}: its autoencoders are to read ${input}, those given read ${given.input}.`,
      );
    }
    const made = (autoencoders: Autoencoders) => replacedModel(model, autoencoders, prompts, { signal });
    if (!prune && kept === undefined) return { ...(await made(given)), prunedLatents: null };
    const pruned = kept
      ? null
      : await pruneLatents(model, given, prompts, {
          maxLatents: options.maxLatents,
          pruneWithCorrupt,
          byPosition,
          signal,
          onProgress,
        });
    const autoencoders = pruned?.autoencoders ?? keepLatents(given, kept!);
    const prunedLatents = pruned && { kept: pruned.kept, activated: pruned.activated, prunedKl: pruned.prunedKl };
    try {
      return { ...(await made(autoencoders)), prunedLatents };
    } finally {
      disposeAutoencoders(autoencoders);
    }
  } finally {
    disposeAutoencoders(given);
  }
}

/** The engine's name of what autoencoders replace or read. */
function inputOf(input: AutoencoderInput): Autoencoders["input"] {
  const own: Partial<Record<AutoencoderInput, Autoencoders["input"]>> = aliases.autoencoderInputs;
  return own[input] ?? (input as Autoencoders["input"]);
}
