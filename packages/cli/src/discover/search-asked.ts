import { join } from "node:path";
import type { LoadedTask } from "@autocircuit/core";
import { type DiscoveryAsked, discoveryAsked } from "@autocircuit/discovery";
import { modelFiles, resolveModelFolder } from "@autocircuit/models";
import { findOptionsOf } from "./find.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What a discovery is asked for, with what decides the model's weights: one that was stopped goes on only if this is the same. Reads the model's files. */
export async function searchAsked(
  task: LoadedTask,
  settings: DiscoverSettings,
  options: DiscoverCommandOptions,
  signal: AbortSignal,
): Promise<DiscoveryAsked> {
  return {
    ...discoveryAsked(task, findOptionsOf(settings)),
    ...{ model: options.model ?? null, weights: await digestOf(options.model, signal) },
    autoencoderScale: options.autoencoderScale ?? null,
  };
}

/** SHA-256 of the files that a model is loaded from, each read once a user; null for a model that is compiled for the task. */
async function digestOf(model: string | undefined, signal: AbortSignal): Promise<string | null> {
  if (model === undefined) return null;
  // It was loaded before, so that what is there is what was loaded.
  const place = await resolveModelFolder(model, { offline: true, signal });
  const { FileDigests } = await import("@autocircuit/sweep");
  const { userFolder } = await import("@autocircuit/native/toolchain");
  const digests = new FileDigests(join(userFolder(process.env), "digests.json"));
  const all = await Promise.all((await modelFiles(place)).map((path) => digests.of(path)));
  await digests.save();
  return all.join(" ");
}
