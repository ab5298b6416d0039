import type { LoadedTask } from "@autocircuit/core";
import { type DiscoveryAsked, discoveryAsked } from "@autocircuit/discovery";
import { findOptionsOf } from "./find.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What a discovery is asked for: one that was stopped goes on only if this is the same. */
export function searchAsked(
  task: LoadedTask,
  settings: DiscoverSettings,
  { autoencoderScale }: Pick<DiscoverCommandOptions, "autoencoderScale">,
): DiscoveryAsked {
  return { ...discoveryAsked(task, findOptionsOf(settings)), autoencoderScale: autoencoderScale ?? null };
}
