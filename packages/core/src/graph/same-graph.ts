import { AutocircuitError } from "@autocircuit/base";
import type { LatentNumbers } from "@autocircuit/native";
import type { Graph } from "./graph.ts";
import type { ResolvedGraphConfig } from "./graph-config.ts";
import type { KeptLatents } from "./kept-latents.ts";

/** Numbers that a message names. */
const NAMED = 4;

/**
 * That scores, a circuit or a mask are of a model's graph.
 *
 * @param what "The scores are", as a message begins
 * @param whose graph the other one is
 * @throws AutocircuitError `bad-input` that says in what the graphs differ
 */
export function requireSameGraph(found: Graph, model: Graph, what: string, whose = "the model's"): void {
  if (found.equals(model)) return;
  const hint = whose === "the model's" ? " See `model.withGraph`." : "";
  throw new AutocircuitError(
    "bad-input",
    `${what} of another graph than ${whose}: ${graphDifference(found.config, model.config, whose)}.${hint}`,
  );
}

const WITHOUT_LATENTS = "it has latents of autoencoders, and the model has none: give it the same `autoencoders`";
const OF_NO_LATENTS =
  "it is of the model without autoencoders, whose MLPs or heads are sources themselves: leave the `autoencoders` out";

/** In what a graph that was found differs from the one that is wanted, in words; of latents last, which follow from the rest. */
export function graphDifference(
  found: ResolvedGraphConfig,
  wanted: ResolvedGraphConfig,
  whose = "the model's",
): string {
  if (whose === "the model's" && (found.latents === undefined) !== (wanted.latents === undefined))
    return found.latents ? WITHOUT_LATENTS : OF_NO_LATENTS;
  const { keptLatents: _, autoencoders: __, ...plain } = wanted;
  const { keptLatents: ___, autoencoders: ____, ...ofFound } = found;
  const keys = [...new Set([...Object.keys(ofFound), ...Object.keys(plain)])] as (keyof typeof plain)[];
  const differing = keys.filter((key) => String(found[key]) !== String(wanted[key]));
  if (differing.length > 0) {
    return differing.map((key) => `${key} is ${inWords(found[key])}, wanted ${inWords(wanted[key])}`).join("; ");
  }
  if (found.autoencoders !== wanted.autoencoders)
    return otherAutoencoders(found.autoencoders, wanted.autoencoders, whose);
  const other = otherLatents(found.keptLatents, wanted.keptLatents, whose);
  if (other !== undefined) return other;
  const inOrder = JSON.stringify(found.keptLatents) === JSON.stringify(wanted.keptLatents);
  if (inOrder) return "its nodes are numbered otherwise";
  return `it has the same latents as ${whose} in another order, in which its edges are numbered: keep them in its order (\`keepLatents\`)`;
}

function inWords(value: unknown): string {
  if (value === undefined) return "not there";
  return Array.isArray(value) ? numbersInWords(value) : String(value);
}

/** A few as they are, of more `[64 (12 times)]`, `[0, 64 (11 times)]`, or, of many that differ, the first, the last and how many. */
function numbersInWords(numbers: readonly unknown[]): string {
  if (numbers.length <= NAMED) return `[${numbers.join(", ")}]`;
  const runs: { value: unknown; count: number }[] = [];
  for (const value of numbers) {
    const last = runs.at(-1);
    if (last?.value === value) last!.count++;
    else runs.push({ value, count: 1 });
  }
  const texts = runs.map(({ value, count }) => (count > 1 ? `${value} (${count} times)` : String(value)));
  if (texts.length <= NAMED) return `[${texts.join(", ")}]`;
  return `[${texts.slice(0, NAMED - 1).join(", ")}, ..., ${texts.at(-1)}] (${numbers.length} numbers)`;
}

/** What a graph's latents and their errors are told by, which files of circuits keep. */
export type LatentIdentity = Pick<ResolvedGraphConfig, "autoencoders" | "keptLatents" | "latentErrors">;

/** What says whether what autoencoders leave out is a source of the graph. */
export interface LatentErrorsAsked {
  /** What was asked for. */
  readonly autoencoderErrors?: boolean | undefined;
  /** Latents that are to be kept as something was found with them. */
  readonly kept?: LatentIdentity | undefined;
  /** Whether the task is one of AutoCircuit's about autoencoders, which drops it. Default false. */
  readonly asAutocircuit?: boolean | undefined;
}

/** Whether what autoencoders leave out is a source: as asked, else as it was where kept latents come from, else unless it is AutoCircuit's task. */
export function keepsLatentErrors({ autoencoderErrors, kept, asAutocircuit = false }: LatentErrorsAsked): boolean {
  return autoencoderErrors ?? kept?.latentErrors ?? !asAutocircuit;
}

/** The identity of a graph's latents; null for one without. */
export function latentIdentity({ config }: Graph): LatentIdentity | null {
  const { latents, latentErrors, autoencoders, keptLatents } = config;
  if (latents === undefined) return null;
  return {
    latentErrors: latentErrors ?? false,
    ...(autoencoders && { autoencoders }),
    ...(keptLatents && { keptLatents }),
  };
}

/**
 * Why what was found with some latents, null for none, means something else on another graph: of other autoencoders, with what they leave out
 * kept or dropped, or with other latents kept, for then the error is another too. Undefined where it means the same, which it does whatever the
 * order of the latents, as they are called by their numbers.
 */
export function latentDifference(found: LatentIdentity | null, { config }: Graph): string | undefined {
  if (config.latents === undefined) return found ? WITHOUT_LATENTS : undefined;
  if (found === null) return OF_NO_LATENTS;
  if (found.autoencoders !== config.autoencoders) return otherAutoencoders(found.autoencoders, config.autoencoders);
  if ((found.latentErrors ?? false) !== config.latentErrors) {
    const [kept, dropped] = ["keeps what autoencoders leave out as sources", "drops what autoencoders leave out"];
    return found.latentErrors ? `it ${kept}, the model ${dropped}` : `it ${dropped}, the model ${kept}`;
  }
  return otherLatents(found.keptLatents, config.keptLatents);
}

/** That two sets of autoencoders are not the same. */
export function otherAutoencoders(
  found: string | undefined,
  wanted: string | undefined,
  whose = "the model's",
): string {
  if (found === undefined) return `it does not say of which autoencoders its latents are, ${whose} are ${wanted}`;
  return wanted === undefined
    ? `its latents are of the autoencoders ${found}, ${whose} come from no file`
    : `its latents are of other autoencoders (${found}) than ${whose} (${wanted})`;
}

/** Which latents two graphs of the same autoencoders do not have in common, whatever their order; undefined where they have the same. */
function otherLatents(
  found: KeptLatents | undefined,
  wanted: KeptLatents | undefined,
  whose = "the model's",
): string | undefined {
  for (const part of ["mlp", "attention", "stream"] as const) {
    const [ours, theirs] = [found?.[part] ?? [], wanted?.[part] ?? []];
    for (let block = 0; block < Math.max(ours.length, theirs.length); block++) {
      const [kept, other] = [ours[block], theirs[block]].map(asSet);
      if (kept === other) continue;
      return (
        `of block ${block} (${part}) it has the latents ${some(ours[block])}, ${whose} ${some(theirs[block])}; ` +
        "which are kept depends on the prompts that latents were pruned by"
      );
    }
  }
  return undefined;
}

/** The same text for the same latents. Where each position has its own they are called by where they stand, so that the order counts. */
function asSet(numbers: LatentNumbers | null | undefined): string {
  if (!numbers || Array.isArray(numbers[0])) return JSON.stringify(numbers ?? null);
  return JSON.stringify((numbers as readonly number[]).toSorted((a, b) => a - b));
}

function some(numbers: NonNullable<KeptLatents["mlp"]>[number] | undefined): string {
  if (!numbers) return "as they are numbered";
  const first = (Array.isArray(numbers[0]) ? numbers[0] : numbers) as readonly number[];
  return `${first.slice(0, NAMED).join(", ")}${first.length > NAMED ? ", ..." : ""}`;
}
