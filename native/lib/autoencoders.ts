import { createHash } from "node:crypto";
import { AutocircuitError } from "@autocircuit/base";
import type { NativeAutoencoders } from "./addon.ts";
import type { BlockAutoencoder, LatentNumbers, Rivals } from "./block-autoencoder.ts";
import { isFloating } from "./dtype.ts";
import type { PatchGraph } from "./patch-graph.ts";
import { Tensor } from "./tensor.ts";
import type { TransformerConfig } from "./transformer-config.ts";

/** Autoencoders of one kind of place. */
export interface AutoencodersOfPlace {
  /**
   * What they read and replace: the MLP's output, of width dModel, or its neurons after their activation, of width dMlp; what attention
   * writes (`attn_out`, its bias included), of width dModel, or the heads' outputs side by side before their output matrix (`z`), of width
   * heads * dHead. Transcoders read `mlp_in`, what the MLP's own matrices read behind the norm, or `mlp_resid`, the residual stream before
   * that norm, and replace the MLP's output. `resid_post` is the residual stream behind a block, of width dModel.
   */
  readonly input: (typeof autoencoderInputs)[number];
  /**
   * Of `mlp_in`: whether they were made for what the norm gives with its weights (true) or before these (false). The MLP's matrices read
   * the first, or, where the norm's weights were folded into them, the second; a model of the other kind refuses. Without it they read
   * whatever the matrices read.
   */
  readonly normWeights?: boolean | undefined;
  /** One for each block; null where the block keeps its MLP, its heads, or the stream behind it. */
  readonly blocks: readonly (BlockAutoencoder | null)[];
}

/**
 * The autoencoders of a transformer: of MLPs, of attention, of the residual stream, or some of each. Latent l writes `a[l]` times row l of the
 * decoder to the residual stream, that of `z` and `mlp_post` behind the output matrix. Where a norm stands behind that (Gemma, OLMo 2) a latent writes
 * its share of what the norm gives, as heads do; these need their errors, which hold the bias's share too, another one in each run.
 *
 * With cross-layer transcoders the MLP output of block m is replaced by the sum over blocks b <= m of what their latents write to it, and its
 * `outBias`. A reader of block r (the end is one of block `layers`) so reads of latent l of block b `a[l]` times the sum of its rows for blocks
 * b to r - 1: that is what an edge between them carries.
 *
 * An autoencoder of the residual stream is a destination, which reads what was written since the one before it, and what it makes of that stands
 * in the place of all of it: readers behind it read its latents, its error and what is written later. What it leaves out is what it reads less
 * what its latents and its bias write.
 *
 * Where outputs of all sources are kept, `[sources, batch, positions, dModel]`, an MLP's row holds what its autoencoder leaves out (zeros
 * without `errors`), the first head's what that of its attention does (the other heads' rows are zeros then); with autoencoders of the stream
 * every block has one more row, behind its MLP's, with what its own leaves out (zeros where it has none). Behind these ordinary sources as many
 * rows as are needed hold the activations of latents (behind a norm times its scale, `1 / rms`), side by side as they write, dModel numbers a row.
 */
export interface Autoencoders extends AutoencodersOfPlace {
  /** What an autoencoder leaves out is a source of its own, and the network computes what it did without; else it is dropped. Default true. */
  readonly errors?: boolean | undefined;
  /** Those of other places beside them: of MLPs, of attention, of the stream. */
  readonly beside?: readonly AutoencodersOfPlace[] | undefined;
}

/** Which latents stand among a transformer's sources. */
export interface Latents {
  /** How many there are in the place of each block's MLP; undefined where no MLP has an autoencoder. */
  readonly mlp: readonly number[] | undefined;
  /** The same of its heads. */
  readonly attention: readonly number[] | undefined;
  /** The same of the residual stream behind it. */
  readonly stream: readonly number[] | undefined;
  readonly errors: boolean;
  /** What the autoencoders read. */
  readonly inputs: readonly AutoencodersOfPlace["input"][];
  /** Whether latents write to the MLP outputs of later blocks too. */
  readonly crossLayers: boolean;
  /** Whether each position has latents of its own: prompts then have as many as there are. */
  readonly byPosition: boolean;
  /** Numbers of each block's latents, by what they stand in the place of, where some were left out; null for a block that has all. */
  readonly numbers: Readonly<Partial<Record<ReplacedPart, readonly (LatentNumbers | null)[]>>>;
  /** What tells these autoencoders from others; undefined where one of them has none. */
  readonly fingerprint: string | undefined;
}

/** What autoencoders may read. */
export const autoencoderInputs = ["mlp_out", "mlp_post", "mlp_in", "mlp_resid", "attn_out", "z", "resid_post"] as const;

/** What autoencoders stand in the place of: a block's heads, its MLP, or the residual stream behind it. */
export type ReplacedPart = "attention" | "mlp" | "stream";

/** In the order in which they write. */
export const replacedParts: readonly ReplacedPart[] = ["attention", "mlp", "stream"];

/** The part that autoencoders which read this replace. */
export function replacedPart(input: AutoencodersOfPlace["input"]): ReplacedPart {
  if (input === "resid_post") return "stream";
  return input === "attn_out" || input === "z" ? "attention" : "mlp";
}

/** What such autoencoders are of. */
const partNames: Readonly<Record<ReplacedPart, string>> = {
  attention: "attention",
  mlp: "MLPs",
  stream: "the residual stream",
};

/** Whether they read an MLP's input and replace its output. */
export function isTranscoder(input: AutoencodersOfPlace["input"]): boolean {
  return input === "mlp_in" || input === "mlp_resid";
}

/** An autoencoder and where it is. */
export interface PlacedAutoencoder {
  readonly block: number;
  readonly input: AutoencodersOfPlace["input"];
  readonly normWeights: boolean | undefined;
  readonly autoencoder: BlockAutoencoder;
}

/** All autoencoders in the order in which they write, which is that of their latents: in each block attention, MLP, the stream behind them. */
export function placedAutoencoders(autoencoders: Autoencoders): readonly PlacedAutoencoder[] {
  const orderOf = (input: AutoencodersOfPlace["input"]) => replacedParts.indexOf(replacedPart(input));
  return [autoencoders, ...(autoencoders.beside ?? [])]
    .flatMap(({ input, normWeights, blocks }) =>
      blocks.flatMap((one, block) => (one ? [{ block, input, normWeights, autoencoder: one }] : [])),
    )
    .sort((a, b) => a.block - b.block || orderOf(a.input) - orderOf(b.input));
}

/** The same autoencoders with others in their places, a function of each and its number in {@link placedAutoencoders}. */
export function mapAutoencoders(
  autoencoders: Autoencoders,
  change: (autoencoder: BlockAutoencoder, number: number) => BlockAutoencoder,
): Autoencoders {
  const placed = placedAutoencoders(autoencoders);
  const numberOf = (input: string, block: number) =>
    placed.findIndex((one) => one.input === input && one.block === block);
  const changed = ({ input, normWeights, blocks }: AutoencodersOfPlace): AutoencodersOfPlace => ({
    ...{ input, normWeights },
    blocks: blocks.map((one, block) => one && change(one, numberOf(input, block))),
  });
  const { errors, beside } = autoencoders;
  return { ...changed(autoencoders), errors, ...(beside && { beside: beside.map(changed) }) };
}

type SourceCounts = Pick<PatchGraph, "sourceCount" | "latents" | "attentionLatents" | "streamLatents">;
type Shape = Pick<TransformerConfig, "dModel" | "layers" | "heads" | "attnOnly">;

/** Rows of a tensor of all sources' outputs: those of latents lie behind the others', dModel of them in a row. */
export function sourceRows(graph: SourceCounts, config: Shape): number {
  const { sourceCount, latents = [], attentionLatents = [], streamLatents = [] } = graph;
  const all = [...latents, ...attentionLatents, ...streamLatents].reduce((sum, count) => sum + count, 0);
  if (all === 0) return sourceCount;
  // What is replaced keeps its rows.
  const perBlock = config.heads + (config.attnOnly ? 0 : 1) + (streamLatents.length > 0 ? 1 : 0);
  return 1 + config.layers * perBlock + Math.ceil(all / config.dModel);
}

const fields = ["encode", "bias", "decode", "outBias"] as const;

/**
 * Checks shapes and types of autoencoders against the transformer.
 *
 * @throws AutocircuitError "bad-input", "shape", "dtype" that names the block
 */
export function latentsOf(config: TransformerConfig, autoencoders: Autoencoders): Latents {
  const { errors = true, beside } = autoencoders;
  if (typeof errors !== "boolean") {
    throw new AutocircuitError(
      "bad-input",
      `Autoencoders: \`errors\` must be true or false, not ${JSON.stringify(errors)}.`,
    );
  }
  if (beside !== undefined && !Array.isArray(beside)) {
    throw new AutocircuitError("bad-input", "Autoencoders: `beside` must be a list of autoencoders of other places.");
  }
  const places = [autoencoders, ...(beside ?? [])];
  const counts: Partial<Record<ReplacedPart, readonly number[]>> = {};
  for (const place of places) {
    const ofPlace = countsOf(config, place);
    const part = replacedPart(place.input);
    if (counts[part]) {
      const inputs = places.map(({ input }) => input).filter((input) => replacedPart(input) === part);
      throw new AutocircuitError(
        "bad-input",
        `Autoencoders: those \`beside\` others must be of another place, but ${inputs.join(" and ")} are both of ${partNames[part]}.`,
      );
    }
    counts[part] = ofPlace;
  }
  const placed = placedAutoencoders(autoencoders);
  return {
    mlp: counts.mlp,
    attention: counts.attention,
    stream: counts.stream,
    errors,
    inputs: places.map(({ input }) => input),
    crossLayers: placed.some(({ autoencoder }) => (autoencoder.decodeLater?.length ?? 0) > 0),
    byPosition: placed.some(({ autoencoder }) => autoencoder.encode.shape.length === 3),
    numbers: numbersOf(places),
    fingerprint: fingerprintOfAll(placed),
  };
}

function numbersOf(places: readonly AutoencodersOfPlace[]): Latents["numbers"] {
  const numbered = places.filter(({ blocks }) => blocks.some((block) => block?.latentNumbers));
  return Object.fromEntries(
    numbered.map(({ input, blocks }) => [replacedPart(input), blocks.map((block) => block?.latentNumbers ?? null)]),
  );
}

/** What tells autoencoders, each in its place, from others; undefined where one of them has no fingerprint. */
export function fingerprintOfAll(placed: readonly PlacedAutoencoder[]): string | undefined {
  const each = placed.map(({ block, input, autoencoder }) => [block, input, autoencoder.fingerprint] as const);
  if (each.some(([, , fingerprint]) => fingerprint === undefined)) return undefined;
  return createHash("sha256").update(JSON.stringify(each)).digest("hex").slice(0, 16);
}

/** Latents of each block, 0 where it has no autoencoder. */
function countsOf(config: TransformerConfig, { input, blocks }: AutoencodersOfPlace): readonly number[] {
  if (!autoencoderInputs.includes(input)) {
    const known = autoencoderInputs.map((name) => `"${name}"`).join(", ");
    throw new AutocircuitError("bad-input", `Autoencoders read one of ${known}, not ${JSON.stringify(input)}.`);
  }
  const part = replacedPart(input);
  if (config.attnOnly && part === "mlp") {
    throw new AutocircuitError(
      "bad-input",
      "This transformer has no MLPs: there is nothing for autoencoders to replace.",
    );
  }
  if (!Array.isArray(blocks) || blocks.length !== config.layers) {
    throw new AutocircuitError(
      "bad-input",
      `There must be one autoencoder for each of the ${config.layers} blocks (or null), here are ${Array.isArray(blocks) ? blocks.length : 0}.`,
    );
  }
  if (blocks.every((block) => block === null)) {
    throw new AutocircuitError("bad-input", `Autoencoders of ${input}: all are null, so there is none.`);
  }
  const { dModel, dMlp, heads, dHead } = config;
  const width = input === "mlp_post" ? dMlp : input === "z" ? heads * dHead : dModel;
  const named = (index: number) =>
    part === "stream"
      ? `the residual stream behind block ${index}`
      : `block ${index}${part === "attention" ? "'s attention" : ""}`;
  const counts = blocks.map((block, index) => (block === null ? 0 : checkedCount(block, named(index), width)));
  if (blocks.some((block) => block?.decodeLater?.length)) requireCrossLayers(input, blocks);
  return counts;
}

/** What latents write to a later block's output stands in the place of that block's MLP. */
function requireCrossLayers(input: AutoencodersOfPlace["input"], blocks: readonly (BlockAutoencoder | null)[]): void {
  const refuse = (what: string) => {
    throw new AutocircuitError("bad-input", `Cross-layer transcoders: ${what}.`);
  };
  if (!isTranscoder(input)) refuse(`only transcoders (mlp_in, mlp_resid) write to later blocks, not those of ${input}`);
  const first = blocks.findIndex((block) => block !== null);
  for (const [index, block] of blocks.entries()) {
    if (index < first) continue;
    if (block === null) refuse(`block ${index} has none, but those of earlier blocks write to its output`);
    const [wanted, found] = [blocks.length - 1 - index, block!.decodeLater?.length ?? 0];
    if (found === wanted) continue;
    refuse(`that of block ${index} has decoders for ${found} later blocks, but there are ${wanted} behind it`);
  }
}

function checkedCount(block: BlockAutoencoder, place: string, width: number): number {
  const where = `The autoencoder of ${place}`;
  for (const name of [...fields, "threshold"] as const) {
    const tensor = block?.[name];
    if (name === "threshold" && tensor === undefined) continue;
    if (!(tensor instanceof Tensor)) throw new AutocircuitError("bad-input", `${where} needs \`${name}\`, a Tensor.`);
    if (!isFloating(tensor.dtype))
      throw new AutocircuitError("dtype", `${where}: \`${name}\` must be floating point, got ${tensor.dtype}.`);
  }
  const { encode, bias, decode, decodeLater = [], outBias, threshold, top = 0, rivals } = block;
  requireDecoders(decodeLater, where);
  const outer = encode.shape.slice(0, -1);
  const latents = outer.at(-1);
  if (outer.length < 1 || outer.length > 2 || outer.includes(0) || encode.shape.at(-1) !== width) {
    throw new AutocircuitError(
      "shape",
      `${where} must have an encoder [latents, ${width}] or [positions, latents, ${width}] for this model, got [${encode.shape.join(", ")}].`,
    );
  }
  const shapes: [string, Tensor | undefined, readonly (number | undefined)[]][] = [
    ["bias", bias, outer],
    ["decode", decode, [...outer, width]],
    ...decodeLater.map((later, behind): [string, Tensor, readonly (number | undefined)[]] => [
      `decodeLater[${behind}]`,
      later,
      [...outer, width],
    ]),
    ["outBias", outBias, [width]],
    ["threshold", threshold, outer],
  ];
  for (const [name, tensor, shape] of shapes) {
    if (tensor === undefined || tensor.shape.join() === shape.join()) continue;
    throw new AutocircuitError(
      "shape",
      `${where}: \`${name}\` must be [${shape.join(", ")}], got [${tensor.shape.join(", ")}].`,
    );
  }
  if (rivals !== undefined) requireRivals(rivals, { outer, width, where });
  const among = rivals?.encode.shape[0] ?? latents!;
  if (!Number.isInteger(top) || top < 0 || top > among) {
    throw new AutocircuitError("bad-input", `${where}: \`top\` must be a number of its ${among} latents, got ${top}.`);
  }
  requireNumbers(block, where);
  return latents!;
}

function requireRivals(
  rivals: Rivals,
  { outer, width, where }: { outer: readonly number[]; width: number; where: string },
): void {
  const missing = (["encode", "bias", "places"] as const).find((name) => !(rivals?.[name] instanceof Tensor));
  if (missing) throw new AutocircuitError("bad-input", `${where} needs \`rivals.${missing}\`, a Tensor.`);
  const { encode, bias, places } = rivals;
  const all = encode.shape[0];
  const shapes = [
    ["encode", encode, [all, width]],
    ["bias", bias, [all]],
    ["places", places, outer],
  ] as const;
  for (const [name, { shape, dtype }, wanted] of shapes) {
    if (shape.join() !== wanted.join())
      throw new AutocircuitError(
        "shape",
        `${where}: \`rivals.${name}\` must be [${wanted.join(", ")}], got [${shape.join(", ")}].`,
      );
    if (name === "places" ? dtype === "int64" : isFloating(dtype)) continue;
    throw new AutocircuitError(
      "dtype",
      `${where}: \`rivals.${name}\` must be ${name === "places" ? "int64" : "floating point"}, got ${dtype}.`,
    );
  }
}

/** That each latent has a number of its own. */
function requireNumbers({ latentNumbers, encode }: BlockAutoencoder, where: string): void {
  if (latentNumbers === undefined) return;
  const byPosition = encode.shape.length === 3;
  const lists = (byPosition ? latentNumbers : [latentNumbers]) as readonly (readonly number[])[];
  const latents = encode.shape.at(-2)!;
  const fits = (list: readonly number[]) =>
    Array.isArray(list) &&
    list.length === latents &&
    list.every((number) => Number.isSafeInteger(number) && number >= 0) &&
    new Set(list).size === latents;
  if (Array.isArray(lists) && lists.length === (byPosition ? encode.shape[0] : 1) && lists.every(fits)) return;
  throw new AutocircuitError(
    "bad-input",
    `${where}: \`latentNumbers\` must give each of its ${latents} latents a whole number of its own${byPosition ? ", in a list for each position" : ""}.`,
  );
}

function requireDecoders(decodeLater: readonly Tensor[], where: string): void {
  if (!Array.isArray(decodeLater)) {
    throw new AutocircuitError(
      "bad-input",
      `${where}: \`decodeLater\` must be a list of Tensors, one for each later block.`,
    );
  }
  for (const [behind, tensor] of decodeLater.entries()) {
    if (!(tensor instanceof Tensor))
      throw new AutocircuitError("bad-input", `${where}: \`decodeLater[${behind}]\` must be a Tensor.`);
    if (!isFloating(tensor.dtype))
      throw new AutocircuitError(
        "dtype",
        `${where}: \`decodeLater[${behind}]\` must be floating point, got ${tensor.dtype}.`,
      );
  }
}

/** Frees the tensors of autoencoders; transformers that have them keep their own. */
export function disposeAutoencoders(autoencoders: Autoencoders): void {
  for (const { autoencoder } of placedAutoencoders(autoencoders)) {
    const { encode, bias, decode, decodeLater = [], outBias, threshold, rivals } = autoencoder;
    const ofRivals = rivals ? [rivals.encode, rivals.bias, rivals.places] : [];
    for (const tensor of [encode, bias, decode, ...decodeLater, outBias, threshold, ...ofRivals]) tensor?.dispose();
  }
}

/** The same as the addon reads it. */
export function nativeAutoencoders(autoencoders: Autoencoders): NativeAutoencoders {
  return {
    errors: autoencoders.errors ?? true,
    all: placedAutoencoders(autoencoders).map(({ block, input, normWeights, autoencoder }) => {
      const { encode, bias, decode, decodeLater, outBias, threshold, top, centeredWrites, valueBiases } = autoencoder;
      const { rivals } = autoencoder;
      return {
        ...{ block, input, normWeights, centeredWrites, valueBiases, top },
        encode: encode.handle,
        bias: bias.handle,
        decode: decode.handle,
        decodeLater: decodeLater?.map((later) => later.handle),
        outBias: outBias.handle,
        threshold: threshold?.handle,
        rivals: rivals && {
          encode: rivals.encode.handle,
          bias: rivals.bias.handle,
          places: rivals.places.handle,
        },
      };
    }),
  };
}
