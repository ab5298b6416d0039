import type { Matrix } from "./matrix.ts";
import type { Space } from "./space.ts";

/** One attention head as matrices between spaces of directions. */
export interface AttentionHead {
  readonly query: Space;
  readonly key: Space;
  readonly value: Space;
  readonly output: Space;
  /** `[query, key]`: the logit that a query direction gives a key direction, before the division by sqrt(d_head). */
  readonly qk: Matrix;
  /** `[value, output]`: what an attended position contributes. */
  readonly ov: Matrix;
}

/** One MLP, `relu(x @ first) @ second`, without biases. */
export interface Mlp {
  readonly input: Space;
  readonly hidden: Space;
  readonly output: Space;
  /** `[input, hidden]` */
  readonly first: Matrix;
  /** `[hidden, output]` */
  readonly second: Matrix;
}

/** What computes one expression: a head, an MLP, or a head followed by the MLP of the same layer. */
export type Block =
  | { readonly kind: "attention"; readonly head: AttentionHead }
  | { readonly kind: "mlp"; readonly mlp: Mlp }
  | { readonly kind: "pair"; readonly head: AttentionHead; readonly mlp: Mlp };
