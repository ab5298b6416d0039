import type { Tensor, TransformerConfig } from "@autocircuit/native";

/** A view of a stored tensor: no copy is made. */
type View = (stored: Tensor) => Tensor;

/** What one stored tensor becomes: one or more of the engine's weights, each a view of it. */
export interface WeightRule {
  readonly name: string;
  readonly shape: readonly number[];
  readonly to: Readonly<Record<string, View>>;
}

type HeadSizes = Pick<TransformerConfig, "dModel" | "dHead">;

const whole: View = (stored) => stored.detach();
const transposed: View = (stored) => stored.transpose(0, 1);

/** A tensor that is stored as the engine wants it. */
export function asIs(name: string, to: string, ...shape: number[]): WeightRule {
  return { name, shape, to: { [to]: whole } };
}

/** Token embeddings, which may be the unembedding as well. */
export function embedding(name: string, config: TransformerConfig, tied: boolean): WeightRule {
  const to: Record<string, View> = { "embed.W_E": whole };
  if (tied) to["unembed.W_U"] = transposed;
  return { name, shape: [config.dVocab, config.dModel], to };
}

/** The weight of a `Linear`: stored `[out, in]`, wanted `[in, out]`. */
export function linear(name: string, to: string, inputs: number, outputs: number): WeightRule {
  return { name, shape: [outputs, inputs], to: { [to]: transposed } };
}

/** A `Linear` with its bias. */
export function linearWithBias(name: string, to: readonly [string, string], inputs: number, outputs: number) {
  return [linear(`${name}.weight`, to[0], inputs, outputs), asIs(`${name}.bias`, to[1], outputs)];
}

/** A projection to heads: stored `[heads * dHead, dModel]`, wanted `[heads, dModel, dHead]`. */
export function toHeads(name: string, to: string, heads: number, { dModel, dHead }: HeadSizes): WeightRule {
  const view: View = (stored) => stored.reshape([heads, dHead, dModel]).transpose(1, 2);
  return { name, shape: [heads * dHead, dModel], to: { [to]: view } };
}

/** The bias of such a projection: stored `[heads * dHead]`, wanted `[heads, dHead]`. */
export function headBias(name: string, to: string, heads: number, { dHead }: HeadSizes): WeightRule {
  return { name, shape: [heads * dHead], to: { [to]: (stored) => stored.reshape([heads, dHead]) } };
}

/** The projection from heads: stored `[dModel, heads * dHead]`, wanted `[heads, dHead, dModel]`. */
export function fromHeads(name: string, to: string, heads: number, { dModel, dHead }: HeadSizes): WeightRule {
  const view: View = (stored) => stored.reshape([dModel, heads, dHead]).permute([1, 2, 0]);
  return { name, shape: [dModel, heads * dHead], to: { [to]: view } };
}

/** A LayerNorm: weight and bias. */
export function layerNorm(name: string, to: string, size: number): WeightRule[] {
  return [asIs(`${name}.weight`, `${to}.w`, size), asIs(`${name}.bias`, `${to}.b`, size)];
}

/** An RMSNorm. Gemma stores its weight less one. */
export function rmsNorm(name: string, to: string, size: number, lessOne = false): WeightRule {
  const view: View = lessOne ? (stored) => stored.add(1) : whole;
  return { name: `${name}.weight`, shape: [size], to: { [`${to}.w`]: view } };
}

/** Rules for every block. */
export function perBlock(
  config: TransformerConfig,
  rules: (layer: number, block: string) => WeightRule[],
): WeightRule[] {
  return Array.from({ length: config.layers }, (_, layer) => rules(layer, `blocks.${layer}`)).flat();
}
