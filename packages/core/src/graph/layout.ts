import type { ResolvedGraphConfig } from "./graph-config.ts";
import { type KeptLatents, latentNames } from "./kept-latents.ts";
import type { DestGroup, DestKind, SrcKind, SrcNode } from "./node.ts";

/** Sources and groups of a graph, in network order. */
export interface Layout {
  readonly sources: readonly SrcNode[];
  readonly groups: readonly DestGroup[];
}

const PARTS = { attn: "attention", mlp: "mlp", stream: "stream" } as const satisfies Record<string, keyof KeptLatents>;

/** Collects sources and groups in network order and numbers them. */
export class LayoutBuilder {
  readonly sources: SrcNode[] = [];
  readonly groups: DestGroup[] = [];
  readonly #config: ResolvedGraphConfig;
  #edgeCount = 0;

  constructor(config: ResolvedGraphConfig) {
    this.#config = config;
  }

  /** Adds a source after the ones there are. */
  source(kind: SrcKind, name: string, module: string, layer: number, block: number, head: number | null = null): void {
    this.sources.push({ name, module, kind, layer, block, head, index: this.sources.length });
  }

  /** Adds what a block's attention writes: its heads, or the latents of its autoencoder and what that leaves out. */
  heads(block: number, layer: number): void {
    const { heads, attentionLatents } = this.#config;
    const latents = attentionLatents?.[block];
    if (latents) this.#latents("attn", `Attention ${block}`, `blocks.${block}.hook_attn_out`, layer, block, latents);
    for (let head = 0; head < (latents ? 0 : heads); head++) {
      this.source("head", `A${block}.${head}`, `blocks.${block}.attn.hook_result`, layer, block, head);
    }
  }

  /** Adds what a block's MLP writes: itself, or the latents of its autoencoder and what that leaves out. */
  mlp(block: number, layer: number): void {
    const [name, module] = [`MLP ${block}`, `blocks.${block}.hook_mlp_out`];
    const latents = this.#config.latents?.[block];
    if (latents) this.#latents("mlp", name, module, layer, block, latents);
    else this.source("mlp", name, module, layer, block);
  }

  /** Adds what the autoencoder of the stream behind a block writes: its latents and what it leaves out. */
  stream(block: number, layer: number): void {
    const latents = this.#config.streamLatents?.[block] ?? 0;
    this.#latents("stream", `Resid Post ${block}`, `blocks.${block}.hook_resid_post`, layer, block, latents);
  }

  #latents(
    of: "attn" | "mlp" | "stream",
    name: string,
    module: string,
    layer: number,
    block: number,
    count: number,
  ): void {
    const [latentKind, errorKind] =
      of === "mlp" ? (["latent", "error"] as const) : ([`${of}-latent`, `${of}-error`] as const);
    for (const latent of latentNames(this.#config.keptLatents?.[PARTS[of]]?.[block], count)) {
      this.source(latentKind, `${name} Latent ${latent}`, `${module}.latent_outs`, layer, block, latent);
    }
    if (this.#config.latentErrors) this.source(errorKind, `${name} Error`, module, layer, block);
  }

  /** Adds a group that reads the sources `firstSource .. firstSource + sources - 1`; `heads` null means no head dimension. */
  group(
    kind: DestKind,
    hook: string,
    layer: number,
    block: number,
    heads: number | null,
    firstSource: number,
    sourceCount: number,
  ): void {
    const { seqLen } = this.#config;
    const shape = [...(seqLen === null ? [] : [seqLen]), ...(heads === null ? [] : [heads]), sourceCount];
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    this.groups.push({
      module: `blocks.${block}.${hook}`,
      kind,
      block,
      layer,
      heads: heads ?? 1,
      hasHeads: heads !== null,
      firstSource,
      sourceCount,
      offset: this.#edgeCount,
      size,
      shape,
    });
    this.#edgeCount += size;
  }
}
