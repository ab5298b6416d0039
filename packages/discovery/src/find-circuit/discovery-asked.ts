import { AutocircuitError, kind, signature, USUAL_SEED } from "@autocircuit/base";
import { coreKinds, type LoadedTask, plainOptions, sameWeights, unusualProcessing } from "@autocircuit/core";
import { type FindCircuitOptions, findCircuitOptions } from "./find-circuit-options.ts";
import { type Plan, planOf } from "./plan-circuit.ts";

/** What a discovery was asked for, by names of which {@link WORDS} has the meaning; JSON. */
export type DiscoveryAsked = Readonly<Record<string, unknown>>;

const WORDS: Readonly<Record<string, string>> = {
  task: "task",
  weights: "model (its weights or configuration)",
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

/** Two values are shown beside each other up to this length. */
const LONGEST_VALUE = 40;

const check = signature("discoveryAsked", { task: coreKinds.loadedTask }, findCircuitOptions);

/**
 * What the numbers of a discovery depend on: one that was stopped goes on only where this is the same. Where it is computed does not matter. Weights
 * are told by the model's `fingerprint`, and those of which an earlier version made it in another way count as others; of a transformer made by hand
 * there is none, and whoever made it gives `weights` of its own beside.
 *
 * @throws AutocircuitError as {@link planOf}
 * @example
 * const asked = discoveryAsked(task, { algorithm: "acdc" });
 * const other = discoveryAsked(task, { algorithm: "acdc", seed: 3 });
 * discoveryDifference(asked, other); // another seed (0 then, 3 now)
 */
export function discoveryAsked(task: LoadedTask, options: FindCircuitOptions = {}): DiscoveryAsked {
  check({ task }, options);
  return askedByPlan(task, options, planOf(task, options));
}

/** {@link discoveryAsked} for a discovery that is planned already. */
export function askedByPlan(
  { key, model, train, test, options: made }: LoadedTask,
  { options = {}, seed = USUAL_SEED }: FindCircuitOptions,
  { algorithm, ablation, size, keep }: Plan,
): DiscoveryAsked {
  return {
    ...{
      task: key,
      weights: model.fingerprint,
      graph: model.graph.config,
      algorithm: algorithm ?? null,
      options: plainOptions(options),
    },
    ...{ ablation, outputSlice: model.outputSlice, dtype: model.computeDtype, seed, keep: keep ?? null },
    ...{ processing: unusualProcessing(model.processing) ?? null, tf32: made.tf32 ?? false },
    // What chooses a size by the scores has nothing that could be kept.
    size: typeof size === "number" ? size : null,
    prompts: [train, test].map(({ batches }) => batches.map((batch) => batch.key)),
  };
}

const checkDifference = signature("discoveryDifference", { before: kind.record, now: kind.record });

/**
 * What differs between what two discoveries were asked for, in words: `another seed (0 then, 3 now)`; undefined where nothing does.
 *
 * @param before what a file may have kept; what it has beside the names of `now` is not looked at, and what it lacks is as null
 */
export function discoveryDifference(before: DiscoveryAsked, now: DiscoveryAsked): string | undefined {
  checkDifference({ before, now });
  const asked = JSON.parse(JSON.stringify(now)) as DiscoveryAsked;
  const other = Object.keys(asked).filter(
    (name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(asked[name] ?? null),
  );
  if (other.length === 0) return undefined;
  return other.map((name) => differenceOf(name, before[name], asked[name])).join(" and ");
}

function differenceOf(name: string, before: unknown, now: unknown): string {
  const word = WORDS[name] ?? name;
  if (name === "weights" && isText(before) && isText(now) && sameWeights(before, now) === undefined)
    return `another ${word}, or the same: an earlier version told models in a way that cannot be compared with this one's`;
  return `another ${word}${DIGESTS.has(name) ? "" : values(before, now)}`;
}

const isText = (value: unknown): value is string => typeof value === "string";

/** @throws AutocircuitError `bad-input` naming what differs */
export function requireSameDiscovery(before: DiscoveryAsked, now: DiscoveryAsked): void {
  const other = discoveryDifference(before, now);
  if (other === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `\`resume\` is of a discovery with ${other}. Ask for the same again, or start anew without it.`,
  );
}

/** Two values beside each other, if both can be read at a glance. */
function values(before: unknown, now: unknown): string {
  const short = [before, now].map((value) =>
    value === null ? "the default" : JSON.stringify(value)?.replaceAll('"', ""),
  );
  if (short.some((text) => text === undefined || text.length > LONGEST_VALUE)) return "";
  return ` (${short[0]} then, ${short[1]} now)`;
}
