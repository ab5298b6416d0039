import { type Autoencoder, engineAutoencoders, hookPlace, loadAutoencoders } from "@autocircuit/autoencoders";
import { AutocircuitError } from "@autocircuit/base";
import type { AutoencoderInput, AutoencoderLoaderOptions, TaskOptions } from "@autocircuit/core";
import { scope } from "@autocircuit/native";
import type { ReadyTaskOptions } from "./ready-task.ts";

/** Autoencoders that a task is about. */
export interface TaskAutoencoders {
  readonly input: AutoencoderInput;
  readonly maxLatents?: number;
  readonly pythiaSize?: string;
  readonly pruneWithCorrupt: boolean;
  /** Where they are, and how to get them. */
  readonly how: string;
}

/** @throws AutocircuitError `not-found` where a task is about autoencoders and none were named, with how to get them */
export function requireAutoencoders(
  name: string,
  of: TaskAutoencoders | undefined,
  { autoencoders }: ReadyTaskOptions,
): void {
  if (of === undefined || autoencoders !== undefined) return;
  throw new AutocircuitError(
    "not-found",
    `${name} is about latents of sparse autoencoders, which are not part of this package. ${of.how}; then give the folder ` +
      "(load({ autoencoders: FOLDER }), on the command line --autoencoders FOLDER). Any autoencoders of the model's MLPs will do.",
  );
}

/** What makes the latents of a task that was asked for with autoencoders; nothing for one without. */
export async function autoencoderFields(
  of: TaskAutoencoders | undefined,
  { autoencoders: folder, pruneLatents, autoencoderErrors }: ReadyTaskOptions,
): Promise<Partial<TaskOptions>> {
  if (folder === undefined) {
    if (pruneLatents === undefined && autoencoderErrors === undefined) return {};
    throw new AutocircuitError(
      "bad-input",
      "`pruneLatents` and `autoencoderErrors` are about `autoencoders`: name a folder of them.",
    );
  }
  return {
    autoencoderInput: of?.input ?? (await inputOf(folder)),
    autoencoderMaxLatents: of?.maxLatents,
    autoencoderPythiaSize: of?.pythiaSize,
    autoencoderPruneWithCorrupt: of?.pruneWithCorrupt ?? false,
    autoencoderPrune: pruneLatents ?? of !== undefined,
    autoencoderErrors: autoencoderErrors ?? of === undefined,
    autoencoders: ({ config, errors, signal }) =>
      loadEngineAutoencoders(folder, { config, errors, signal, asAutocircuit: of !== undefined }),
  };
}

/** What the autoencoders of a folder replace; those of MLPs where there are others beside them, else those of attention. */
async function inputOf(folder: string): Promise<AutoencoderInput> {
  using set = await loadAutoencoders(folder, {});
  const transcoderInput = (hook: string) => (hookPlace(hook).site === "resid_mid" ? "mlp_resid" : "mlp_in");
  if (set.crossLayer) return transcoderInput(set.crossLayer.hooksIn[0]!);
  const siteOf = (one: Autoencoder | undefined) => (one && hookPlace(one.hookOut).site) ?? "";
  const ofMlp = set.autoencoders.find((one) => siteOf(one).startsWith("mlp"));
  const first = ofMlp ?? set.autoencoders.find((one) => !siteOf(one).startsWith("resid")) ?? set.autoencoders[0];
  if (first?.isTranscoder) return transcoderInput(first.hookIn);
  const site = siteOf(first);
  if (site === "z" || site === "attn_out") return site;
  if (site.startsWith("resid")) return "resid_post";
  return site === "mlp_post" ? "mlp_post_act" : "resid_delta_mlp";
}

/** Autoencoders of a folder as the engine takes them. `asAutocircuit`: files that AutoCircuit reads otherwise than their library as it does. */
export async function loadEngineAutoencoders(
  folder: string,
  {
    config,
    errors,
    signal,
    asAutocircuit = false,
  }: Pick<AutoencoderLoaderOptions, "config" | "errors" | "signal"> & { asAutocircuit?: boolean },
) {
  return scope(async () => {
    using set = await loadAutoencoders(folder, {
      ...(signal && { signal }),
      ...(asAutocircuit && { reading: "autocircuit" as const }),
    });
    return engineAutoencoders(set, config, { errors });
  });
}
