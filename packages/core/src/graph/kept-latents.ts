import { AutocircuitError, counted } from "@autocircuit/base";
import type { LatentNumbers } from "@autocircuit/native";
import type { SrcKind, SrcNode } from "./node.ts";

/** For each block the numbers of the latents that were kept of its autoencoder, in their order; null where all were. */
type OfBlocks = readonly (LatentNumbers | null)[];

/** Which latents were kept of the autoencoders in the place of each block's MLP, of its heads, of the stream behind it. */
export interface KeptLatents {
  readonly mlp?: OfBlocks | undefined;
  readonly attention?: OfBlocks | undefined;
  readonly stream?: OfBlocks | undefined;
}

/** The part of a graph's configuration that says how many latents there are, and which. */
interface LatentCounts {
  readonly latents?: readonly number[] | undefined;
  readonly attentionLatents?: readonly number[] | undefined;
  readonly streamLatents?: readonly number[] | undefined;
  readonly keptLatents?: KeptLatents | undefined;
}

/**
 * Checks the numbers and brings them into one form.
 *
 * @param seqLen positions of a graph by token, else null
 * @throws AutocircuitError `bad-input` where latents have no number, or two the same
 */
export function resolveKeptLatents(config: LatentCounts, seqLen: number | null): { keptLatents?: KeptLatents } {
  const { keptLatents, latents, attentionLatents, streamLatents } = config;
  if (keptLatents === undefined) return {};
  const parts = { mlp: latents, attention: attentionLatents, stream: streamLatents };
  const unknown = Object.keys(keptLatents).find((part) => !Object.hasOwn(parts, part));
  if (unknown !== undefined) throw refuse(`has \`${unknown}\`; latents are of mlp, attention or stream`);
  const kept = (["mlp", "attention", "stream"] as const).flatMap((part) => {
    const blocks = keptLatents[part];
    if (blocks === undefined) return [];
    const counts = parts[part];
    if (!Array.isArray(blocks) || blocks.length !== counts?.length)
      throw refuse(`must have a list, or null, for each of the blocks that have latents of \`${part}\``);
    for (const [block, numbers] of blocks.entries()) {
      const wrong = numbers !== null && problemOf(numbers, counts[block]!, seqLen);
      if (wrong) throw refuse(`of block ${block}, \`${part}\`, ${wrong}`);
    }
    return blocks.some((numbers) => numbers !== null) ? [[part, blocks] as const] : [];
  });
  return kept.length > 0 ? { keptLatents: Object.fromEntries(kept) } : {};
}

function problemOf(numbers: unknown, count: number, seqLen: number | null): string | undefined {
  if (!Array.isArray(numbers)) return "is no list";
  if (!Array.isArray(numbers[0])) return problemOfList(numbers, count);
  if (seqLen !== null && numbers.length !== seqLen)
    return `says which latents were kept at each of ${counted(numbers.length, "position")}, so it is for prompts of ${counted(numbers.length, "token")}, and these have ${seqLen}: take prompts of that length, or latents that are the same at all positions`;
  return numbers.map((list) => problemOfList(list, count)).find((problem) => problem !== undefined);
}

function problemOfList(numbers: unknown, count: number): string | undefined {
  if (!Array.isArray(numbers) || numbers.length !== count) return `must have a number for each of ${count} latents`;
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0)) return "must have whole numbers from 0 on";
  return new Set(numbers).size === count ? undefined : "has a number twice";
}

function refuse(what: string): AutocircuitError {
  return new AutocircuitError("bad-input", `Graph: \`keptLatents\` ${what}.`);
}

/** What a block's latents are called: their numbers in their autoencoder, or, where each position has its own, where they stand. */
export function latentNames(kept: LatentNumbers | null | undefined, count: number): readonly number[] {
  return kept && !Array.isArray(kept[0]) ? (kept as readonly number[]) : Array.from({ length: count }, (_, i) => i);
}

/** Whether latents were kept for each position by itself, so that a name says where a latent stands, and another one does at each. */
export function latentsByPosition({ config }: { readonly config: LatentCounts }): boolean {
  const blocks = Object.values(config.keptLatents ?? {}) as readonly OfBlocks[];
  return blocks.flat().some((numbers) => Array.isArray(numbers?.[0]));
}

/**
 * Why latents that were kept do not suit a graph by token, or one that is not; undefined where they do. Those that were pruned position by position
 * have names that mean another latent at each, which an edge without a position cannot tell; and who asks for edges by token has latents pruned so.
 */
export function latentPositionsProblem(
  config: { readonly keptLatents?: KeptLatents | undefined },
  byToken: boolean,
): string | undefined {
  const blocks = Object.values(config.keptLatents ?? {}) as readonly unknown[];
  const some = blocks.flatMap((of) => (Array.isArray(of) ? of : [])).find((numbers) => Array.isArray(numbers));
  if (some === undefined) return undefined;
  const byPosition = Array.isArray(some[0]);
  if (byPosition === byToken) return undefined;
  return byPosition
    ? `it keeps other latents at each of ${counted(some.length, "position")}, and here edges have no position, so that a name would mean several latents: have edges by token (\`byToken\`), or take what was found without`
    : "it keeps the same latents at all positions, and here edges are by token, of which each position has its own: have edges without positions (no `byToken`), or take what was found by token";
}

/**
 * The number of a latent in its autoencoder. In graphs whose latents were pruned position by position another latent stands at each.
 *
 * @param token the position, where each has its own
 * @throws AutocircuitError `bad-input` for a source that is no latent, and without the position that is needed
 * @example
 * latentNumber(graph, graph.src("MLP 2 Latent 17")); // 17
 */
export function latentNumber({ config }: { readonly config: LatentCounts }, src: SrcNode, token?: number): number {
  const part = PARTS[src.kind];
  if (part === undefined) throw new AutocircuitError("bad-input", `\`${src.name}\` is no latent of an autoencoder.`);
  const kept = config.keptLatents?.[part]?.[src.block];
  if (!kept || !Array.isArray(kept[0])) return src.head!;
  const ofPosition = token === undefined ? undefined : (kept as readonly (readonly number[])[])[token];
  if (ofPosition) return ofPosition[src.head!]!;
  throw new AutocircuitError(
    "bad-input",
    `\`${src.name}\` is another latent at each of ${kept.length} positions: say at which, from 0 to ${kept.length - 1}.`,
  );
}

/** What latents of a kind stand in the place of. */
const PARTS: Readonly<Partial<Record<SrcKind, keyof KeptLatents>>> = {
  "attn-latent": "attention",
  latent: "mlp",
  "stream-latent": "stream",
};
