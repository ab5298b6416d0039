import { join } from "node:path";
import type { LoadedTask } from "@autocircuit/core";
import { Checkpoint, isGguf, resolveModelFolder } from "@autocircuit/models";
import type { UsedDevice } from "../support/use-device.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What a search was asked for, by names of which {@link WORDS} has the meaning; JSON. */
export type SearchAsked = Readonly<Record<string, unknown>>;

const WORDS: Readonly<Record<string, string>> = {
  task: "task",
  model: "model",
  weights: "content of the model's files",
  processing: "processing of the weights",
  graph: "graph (by token, grouping, latents)",
  autoencoderScale: "scale of the autoencoders",
  algorithm: "algorithm",
  options: "set of options of the algorithm",
  ablation: "ablation",
  outputSlice: "output slice",
  dtype: "type to compute in",
  tf32: "way to compute float32 (TF32)",
  seed: "seed",
  keep: "share to keep",
  size: "size",
  prompts: "set of prompts or answers",
};

/** Of these there is nothing to read. */
const DIGESTS: ReadonlySet<string> = new Set(["weights", "prompts"]);

/**
 * All that the numbers of a search depend on, but for where it is computed: one that was stopped goes on only if this is the same. Reads the
 * model's files.
 */
export async function searchAsked(
  { train, test, model }: LoadedTask,
  settings: DiscoverSettings,
  options: DiscoverCommandOptions,
  { used, signal }: { used: UsedDevice; signal: AbortSignal },
): Promise<SearchAsked> {
  const { subject, algorithm, given, ablation, seed, keep, size } = settings;
  const { dtype, tf32 } = used.how;
  return {
    ...{ task: subject.name, model: options.model ?? null, weights: await digestOf(options.model, signal) },
    ...{ processing: options.processing?.toSorted().join(",") ?? null, graph: model.graph.config },
    ...{ autoencoderScale: options.autoencoderScale ?? null, algorithm: algorithm ?? null, options: given },
    ...{ ablation, outputSlice: model.outputSlice, dtype, tf32, seed, keep: keep ?? null, size: size ?? null },
    prompts: [train, test].map(({ batches }) => batches.map(({ key }) => key)),
  };
}

/** What differs, in words: `another seed (0 then, 3 now)`; undefined where nothing does. */
export function askedDifference(before: SearchAsked, asked: SearchAsked): string | undefined {
  const now = JSON.parse(JSON.stringify(asked)) as SearchAsked;
  const other = Object.keys(now).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  if (other.length === 0) return undefined;
  const words = other.map(
    (name) => `another ${WORDS[name] ?? name}${DIGESTS.has(name) ? "" : values(before[name], now[name])}`,
  );
  return words.join(" and ");
}

/** Two values beside each other, if both can be read at a glance. */
function values(before: unknown, now: unknown): string {
  const short = [before, now].map((value) =>
    value === null ? "the default" : JSON.stringify(value)?.replaceAll('"', ""),
  );
  if (short.some((text) => text === undefined || text.length > LONGEST_VALUE)) return "";
  return ` (${short[0]} then, ${short[1]} now)`;
}

const LONGEST_VALUE = 40;

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
