import {
  checkGraphSize,
  type GraphConfig,
  type GraphOptions,
  type ResolvedGraphConfig,
  resolveGraphConfig,
} from "./graph-config.ts";

/** How many of each a graph has. */
export interface GraphSize {
  readonly sourceCount: number;
  readonly destinationCount: number;
  /** By token, each position counts. */
  readonly edgeCount: number;
}

/**
 * What a graph has, by arithmetic alone: no limit of size holds, and a million blocks take no longer than one (with latents, a step for each).
 * A `TransformerConfig` is a configuration too.
 *
 * @returns the numbers that `Graph.of` of the same configuration and options has
 * @throws AutocircuitError `bad-input` as `Graph.of` does, but not for size
 * @example
 * const size = graphSize({ layers: 12, heads: 12, attnOnly: false, parallel: false });
 * console.log(size); // { sourceCount: 157, destinationCount: 445, edgeCount: 32491 }
 */
export function graphSize(config: GraphConfig, options?: GraphOptions): GraphSize {
  return resolvedGraphSize(resolveGraphConfig(config, options, checkGraphSize));
}

/** The same of a configuration whose defaults are filled in. */
export function resolvedGraphSize(config: ResolvedGraphConfig): GraphSize {
  return config.factorized ? factorizedSize(config) : unfactorizedSize(config);
}

function factorizedSize(config: ResolvedGraphConfig): GraphSize {
  const { layers, heads, kvHeads, attnOnly, parallel, separateQkv, ungrouped, seqLen } = config;
  const readers = separateQkv ? heads + 2 * (ungrouped ? heads : kvHeads) : heads;
  if (config.latents !== undefined) return latentSize(config, readers);
  const mlps = attnOnly ? 0 : 1;
  const perBlock = heads + mlps;
  const sourceCount = 1 + layers * perBlock;
  const destinationCount = layers * (readers + mlps) + 1;
  // A block sees the sources before it; its MLP, unless it runs beside them, the heads of its own block too.
  const before = layers + (perBlock * layers * (layers - 1)) / 2;
  const edgeCount = readers * before + mlps * (before + (parallel ? 0 : layers * heads)) + sourceCount;
  return { sourceCount, destinationCount, edgeCount: edgeCount * (seqLen ?? 1) };
}

/** The same with as many sources in the place of a block's heads, its MLP or all before as it has latents there. */
function latentSize(config: ResolvedGraphConfig, readers: number): GraphSize {
  const { layers, heads, attnOnly, parallel, latents, attentionLatents, streamLatents, latentErrors, seqLen } = config;
  const written = (count: number | undefined, usual: number) => (count ? count + (latentErrors ? 1 : 0) : usual);
  let sourceCount = 1;
  /** What whoever reads now can read: sources since the last autoencoder of the stream. */
  let readable = 1;
  let edgeCount = 0;
  let destinationCount = layers * (readers + (attnOnly ? 0 : 1)) + 1;
  for (let block = 0; block < layers; block++) {
    const ofAttention = written(attentionLatents?.[block], heads);
    const ofMlp = attnOnly ? 0 : written(latents?.[block], 1);
    edgeCount += readers * readable + (attnOnly ? 0 : readable + (parallel ? 0 : ofAttention));
    sourceCount += ofAttention + ofMlp;
    readable += ofAttention + ofMlp;
    const ofStream = written(streamLatents?.[block], 0);
    if (ofStream === 0) continue;
    destinationCount++;
    edgeCount += readable;
    sourceCount += ofStream;
    readable = ofStream;
  }
  return { sourceCount, destinationCount, edgeCount: (edgeCount + readable) * (seqLen ?? 1) };
}

function unfactorizedSize({ layers, heads, attnOnly, parallel, seqLen }: ResolvedGraphConfig): GraphSize {
  const middle = !attnOnly && !parallel;
  const components = heads + (attnOnly ? 0 : 1);
  // Each block: its components, and the stream before it (and in its middle) once more.
  const edgeCount = layers * (components + (middle ? 2 : 1));
  const sourceCount = 1 + layers * (components + (middle ? 1 : 0)) + (layers - 1);
  return { sourceCount, destinationCount: layers * (middle ? 2 : 1), edgeCount: edgeCount * (seqLen ?? 1) };
}
