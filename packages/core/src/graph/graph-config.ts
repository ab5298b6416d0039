import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type KeptLatents, resolveKeptLatents } from "./kept-latents.ts";

/** The part of a transformer's configuration that decides its computation graph. A `TransformerConfig` is one too. */
export interface GraphConfig {
  /** Number of blocks. */
  readonly layers: number;
  /** Query heads per block. */
  readonly heads: number;
  /** Key/value heads per block (grouped-query attention); as many as `heads` by default. */
  readonly kvHeads?: number;
  /** Blocks without an MLP. */
  readonly attnOnly: boolean;
  /** Attention and MLP of a block both read the residual stream before the block. */
  readonly parallel: boolean;
  /** Latents of each block's autoencoder, sources in the place of its MLP; 0 where the MLP stays. Factorised graphs only. */
  readonly latents?: readonly number[] | undefined;
  /** The same in the place of a block's heads; 0 where they stay. */
  readonly attentionLatents?: readonly number[] | undefined;
  /** The same of the residual stream behind a block, which then is a destination and starts anew; 0 where it goes on. */
  readonly streamLatents?: readonly number[] | undefined;
  /** What each autoencoder leaves out is a source too, behind its latents. Default false. */
  readonly latentErrors?: boolean | undefined;
  /** Which of their autoencoder's latents those of each block are, where some were left out; they are named by these numbers. */
  readonly keptLatents?: KeptLatents | undefined;
  /** What tells the weights of these autoencoders from those of others; two graphs that differ in it are not of the same latents. */
  readonly autoencoders?: string | undefined;
}

/** Which graph to make of a model. */
export interface GraphOptions {
  /** Edges between components (default), or, if false, node patching along the residual stream. */
  readonly factorized?: boolean;
  /** Separate destinations for a head's queries, keys and values (default), or one input per head. Factorised graphs only. */
  readonly separateQkv?: boolean;
  /**
   * Grouped-query attention only: K and V destinations for every query head instead of every key/value head, so that each
   * query head reads its own keys and values. Factorised graphs only. Default false.
   */
  readonly ungrouped?: boolean;
  /** Sequence length: every edge once at each position. Without it (or null) an edge acts at all positions. */
  readonly seqLen?: number | null;
}

/** A graph's configuration with every default filled in; plain data, so it can be stored in a file. */
export interface ResolvedGraphConfig {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly attnOnly: boolean;
  readonly parallel: boolean;
  readonly factorized: boolean;
  readonly separateQkv: boolean;
  readonly ungrouped: boolean;
  readonly seqLen: number | null;
  /** Not there in graphs without latents; all 0 where MLPs have no autoencoders. */
  readonly latents?: readonly number[];
  /** Not there where no attention has one. */
  readonly attentionLatents?: readonly number[];
  /** Not there where the stream has none. */
  readonly streamLatents?: readonly number[];
  readonly latentErrors?: boolean;
  /** Not there where no latent was left out. */
  readonly keptLatents?: KeptLatents;
  /** Not there where it is not known. */
  readonly autoencoders?: string;
}

const optionKinds: KindsOf<GraphOptions> = {
  factorized: kind.flag,
  separateQkv: kind.flag,
  ungrouped: kind.flag,
  seqLen: kind.orNull(kind.count),
};

const configKinds: KindsOf<GraphConfig> = {
  layers: kind.count,
  heads: kind.count,
  kvHeads: kind.optional(kind.count),
  attnOnly: kind.flag,
  parallel: kind.flag,
  latents: kind.optional(kind.listOf(kind.whole)),
  attentionLatents: kind.optional(kind.listOf(kind.whole)),
  streamLatents: kind.optional(kind.listOf(kind.whole)),
  latentErrors: kind.optional(kind.flag),
  keptLatents: kind.optional(kind.record),
  autoencoders: kind.optional(kind.text),
};
const configNames = Object.keys(configKinds) as (keyof GraphConfig)[];
const takes = { config: kind.record, ...configKinds };
// A configuration that was stored is given for both.
const options = { ...Object.fromEntries(configNames.map((name) => [name, kind.anything])), ...optionKinds };
const checkGraph = signature("Graph.of", takes, options);

/** The check of `graphSize`, which takes what `Graph.of` takes. */
export const checkGraphSize = signature("graphSize", takes, options);

/** Which of a model's graphs is meant: the same name of an edge may mean different things in two of them. */
export type GraphKind = Pick<ResolvedGraphConfig, "factorized" | "separateQkv" | "ungrouped">;

/** A {@link GraphKind} as it is asked for; what is left out is as usual, or as before. */
export type AskedGraphKind = { readonly [Option in keyof GraphKind]?: GraphKind[Option] | undefined };

/**
 * What is wrong with a kind of graph that was asked for, before anything is read: without factorisation no destination belongs to a head, so options about
 * queries, keys and values would say nothing.
 *
 * @returns the problem and what to do, options in backticks; undefined where all is well
 */
export function graphKindProblem({ factorized, separateQkv, ungrouped }: AskedGraphKind): string | undefined {
  if (factorized !== false) return undefined;
  const foreign = [
    separateQkv === false ? ["`separateQkv: false`"] : [],
    ungrouped ? ["`ungrouped: true`"] : [],
  ].flat();
  if (foreign.length === 0) return undefined;
  return `\`factorized: false\` has no queries, keys and values: leave ${foreign.join(" and ")} out.`;
}

/** @throws AutocircuitError `bad-input` for a kind of graph that contradicts itself, see {@link graphKindProblem} */
export function requirePossibleGraph(options: AskedGraphKind): void {
  const problem = graphKindProblem(options);
  if (problem !== undefined) throw new AutocircuitError("bad-input", `Graph: ${problem}`);
}

/** Which graph, where some of it is as before: a graph of nodes takes nothing that one of components said of heads. */
export function graphKindOver(
  before: ResolvedGraphConfig,
  { factorized = before.factorized, separateQkv, ungrouped }: AskedGraphKind,
): GraphKind {
  return {
    factorized,
    separateQkv: separateQkv ?? (factorized ? before.separateQkv : true),
    ungrouped: ungrouped ?? (factorized ? before.ungrouped : false),
  };
}

/**
 * Fills in the defaults and checks the numbers.
 *
 * @param check that of the public function which was called
 * @throws AutocircuitError `bad-input` for a count that is not a whole number of at least 1, heads that do not divide into kvHeads, a
 *   flag that is neither true nor false, or options about heads with `factorized: false`.
 */
export function resolveGraphConfig(
  config: GraphConfig,
  options: GraphOptions = {},
  check: typeof checkGraphSize = checkGraph,
): ResolvedGraphConfig {
  const { layers, heads, attnOnly, parallel } = config ?? {};
  const { latents, attentionLatents, streamLatents, latentErrors, keptLatents, autoencoders } = config ?? {};
  const numbers = { layers, heads, kvHeads: config?.kvHeads, attnOnly, parallel };
  const ofLatents = { latents, attentionLatents, streamLatents, latentErrors, keptLatents, autoencoders };
  check({ config, ...numbers, ...ofLatents }, options);
  requirePossibleGraph(options);
  const kvHeads = config.kvHeads ?? config.heads;
  const seqLen = options.seqLen ?? null;
  if (config.heads % kvHeads !== 0) {
    throw new AutocircuitError(
      "bad-input",
      `Graph: \`heads\` (${config.heads}) must be a multiple of \`kvHeads\` (${kvHeads}).`,
    );
  }
  const factorized = options.factorized ?? true;
  return {
    layers: config.layers,
    heads: config.heads,
    kvHeads,
    attnOnly: config.attnOnly,
    parallel: config.parallel && !config.attnOnly,
    factorized,
    separateQkv: options.separateQkv ?? true,
    // Where each head has its own keys and values the graph is the same.
    ungrouped: kvHeads !== config.heads && (options.ungrouped ?? false),
    seqLen,
    ...resolveLatents(config, factorized, seqLen),
  };
}

/** Latents stand where heads, an MLP or all that was written before would, in graphs of components. */
function resolveLatents(
  config: GraphConfig,
  factorized: boolean,
  seqLen: number | null,
): Pick<
  ResolvedGraphConfig,
  "latents" | "attentionLatents" | "streamLatents" | "latentErrors" | "keptLatents" | "autoencoders"
> {
  const { layers, attnOnly, latents, attentionLatents, streamLatents, latentErrors, autoencoders } = config;
  const given = { latents, attentionLatents, streamLatents };
  const lists = Object.entries(given).filter((entry) => entry[1] !== undefined) as [string, readonly number[]][];
  if (lists.length === 0) return {};
  const short = lists.find(([, counts]) => counts.length !== layers);
  const any = (counts: readonly number[] | undefined) => counts?.some((count) => count > 0) ?? false;
  const problem = !factorized
    ? "latents of autoencoders are sources of factorised graphs only: leave `factorized: false` out, or the autoencoders"
    : attnOnly && any(latents)
      ? "a model without MLPs has no latents in their place"
      : short
        ? `\`${short[0]}\` must have a number for each of the ${layers} blocks, it has ${short[1].length}`
        : !any(latents) && !any(attentionLatents) && !any(streamLatents)
          ? "no block has latents: leave them out"
          : undefined;
  if (problem) throw new AutocircuitError("bad-input", `Graph: ${problem}.`);
  return {
    latents: latents ? [...latents] : new Array<number>(layers).fill(0),
    ...(any(attentionLatents) && { attentionLatents: [...attentionLatents!] }),
    ...(any(streamLatents) && { streamLatents: [...streamLatents!] }),
    latentErrors: latentErrors ?? false,
    ...resolveKeptLatents(config, seqLen),
    ...(autoencoders !== undefined && { autoencoders }),
  };
}
