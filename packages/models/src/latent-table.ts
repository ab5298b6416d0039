import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  coreKinds,
  type LatentLabels,
  labelledLatents,
  latentOwner,
  latentPlaces,
  type PatchableModel,
  type SrcNode,
} from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { promptIds } from "./generate/prompt-ids.ts";
import { TextTokenizer } from "./tokenizer/text-tokenizer.ts";

/** A latent that is active at a token. */
export interface ActiveLatent {
  /** Its number among its autoencoder's; where each position keeps its own, where it stands among those of its position. */
  readonly latent: number | null;
  /** What it is called in the graph: `MLP 2 Latent 14`. */
  readonly name: string;
  readonly activation: number;
  /** What it stands for, where labels say so. */
  readonly label?: string;
}

/** The latents of one autoencoder at one token. */
export interface LatentRow {
  readonly position: number;
  readonly token: number;
  /** With the space that begins it; null where the model has no tokenizer that knows. */
  readonly text: string | null;
  readonly block: number;
  /** Whose they are: `MLP 2`, `Attention 2` or `Resid Post 2`. */
  readonly of: string;
  /** How many are active. */
  readonly active: number;
  /** The strongest of these, by the size of their activation. */
  readonly top: readonly ActiveLatent[];
}

/** Options of {@link latentTable}. */
export interface LatentTableOptions {
  /** How many of the strongest at each token. Default 5. */
  readonly top?: number | undefined;
  /** Blocks to look at. Default: all that have an autoencoder. */
  readonly blocks?: readonly number[] | undefined;
  /** What latents stand for, by their names in the graph. */
  readonly labels?: LatentLabels | undefined;
  /** For a prompt given as text: begin with the token that starts a text, if the model has one. Default true. */
  readonly prependBos?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const check = signature(
  "latentTable",
  { model: coreKinds.patchableModel, prompt: kind.either(kind.text, kind.listOf(kind.whole)) },
  {
    top: kind.count,
    blocks: kind.listOf(kind.whole),
    labels: kind.record,
    prependBos: kind.flag,
    signal: kind.signal,
  } satisfies KindsOf<LatentTableOptions>,
);

/**
 * Which latents of a model's autoencoders are active at each token of a prompt: all that are not 0, and the strongest of them by name.
 *
 * @param prompt a text, which needs the model's tokenizer, or token ids, which are taken as they are
 * @returns a row for each token and autoencoder, by position, then in the order in which the autoencoders write
 * @throws AutocircuitError `bad-input` for a model without autoencoders, a block without one, an empty prompt, a text without a tokenizer, an id
 *   outside the vocabulary; `unknown-name` for a label of a latent that there is not; `aborted`
 * @example
 * await using latent = await tasks["ioi-autoencoder"]!.load({ model: "models/gpt2", autoencoders: "saes/mlp-out" });
 * const rows = await latentTable(latent.model, [464, 1175], { top: 3 });
 * console.table(rows.map(({ text, of, top }) => ({ text, of, strongest: top[0]?.name })));
 */
export async function latentTable(
  model: PatchableModel,
  prompt: string | readonly number[],
  options: LatentTableOptions = {},
): Promise<LatentRow[]> {
  check({ model, prompt }, options);
  const { top = 5, blocks, prependBos, signal } = options;
  const places = latentPlaces(model.graph);
  const lacking = blocks?.find((block) => !places.some((place) => place.block === block));
  if (lacking !== undefined) {
    const there = [...new Set(places.map(({ block }) => block))];
    throw new AutocircuitError(
      "bad-input",
      `\`blocks\` has ${lacking}: there is no autoencoder of that block, only of ${there.join(", ")}.`,
    );
  }
  const labels = options.labels === undefined ? {} : labelledLatents(model, options.labels).labels;
  const { tokenizer } = model;
  const texts = tokenizer instanceof TextTokenizer ? tokenizer : null;
  const ids = promptIds(prompt, { tokenizer, prependBos, vocabulary: model.config.dVocab });
  const activations = await activationsOf(model, ids, signal);

  const asked = places.flatMap((place, number) => {
    if (blocks !== undefined && !blocks.includes(place.block)) return [];
    const of = latentOwner(place);
    // Some of another file's latents are called what they are there.
    const named = model.graph.sources.filter(({ name }) => name.startsWith(`${of} Latent `));
    return [{ ...place, of, named, activations: activations[number]! }];
  });
  return ids.flatMap((token, position) =>
    asked.map(({ block, count, of, named, activations }): LatentRow => {
      const here = activations.subarray(position * count, (position + 1) * count);
      const text = texts?.token(token) ?? null;
      return { position, token, text, block, of, ...strongest(here, { top, named, labels }) };
    }),
  );
}

/** Of each autoencoder `[positions, latents]`. */
async function activationsOf(
  model: PatchableModel,
  ids: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Float64Array[]> {
  return scope(async () => {
    const tokens = Tensor.from([ids], { dtype: "int64" });
    const all = await model.latents(tokens, signal && { signal });
    return await Promise.all(all.map(async (one) => Float64Array.from(await one.data(), Number)));
  });
}

function strongest(
  activations: Float64Array,
  { top, named, labels }: { top: number; named: readonly SrcNode[]; labels: LatentLabels },
): Pick<LatentRow, "active" | "top"> {
  const active = Array.from(activations, (activation, place) => ({ activation, place })).filter(
    ({ activation }) => activation !== 0,
  );
  active.sort((a, b) => Math.abs(b.activation) - Math.abs(a.activation));
  return {
    active: active.length,
    top: active.slice(0, top).map(({ activation, place }) => {
      const { name, head: latent } = named[place]!;
      const label = Object.hasOwn(labels, name) ? labels[name] : undefined;
      return { latent, name, activation, ...(label !== undefined && { label }) };
    }),
  };
}
