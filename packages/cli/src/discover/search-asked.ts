import { join } from "node:path";
import type { LoadedTask } from "@autocircuit/core";
import { type DiscoveryAsked, discoveryAsked } from "@autocircuit/discovery";
import { Checkpoint, isGguf, resolveModelFolder } from "@autocircuit/models";
import type { UsedDevice } from "../support/use-device.ts";
import { findOptionsOf } from "./find.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What a discovery is asked for, with what decides the model's weights: one that was stopped goes on only if this is the same. Reads the model's files. */
export async function searchAsked(
  task: LoadedTask,
  settings: DiscoverSettings,
  options: DiscoverCommandOptions,
  { used, signal }: { used: UsedDevice; signal: AbortSignal },
): Promise<DiscoveryAsked> {
  return {
    ...discoveryAsked(task, findOptionsOf(settings)),
    ...{ model: options.model ?? null, weights: await digestOf(options.model, signal), tf32: used.how.tf32 },
    ...{
      processing: options.processing?.toSorted().join(",") ?? null,
      autoencoderScale: options.autoencoderScale ?? null,
    },
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
  const all = await Promise.all((await filesOf(place)).map((path) => digests.of(path)));
  await digests.save();
  return all.join(" ");
}

/** What decides the numbers of a model; the tokenizer's work is in the prompts. */
async function filesOf(place: string): Promise<string[]> {
  if (isGguf(place)) return [place];
  await using checkpoint = await Checkpoint.open(place);
  const weights = new Set(checkpoint.names().map((name) => checkpoint.file(name).path));
  return [join(place, "config.json"), ...[...weights].sort()];
}
