import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { Ablation } from "./ablation.ts";
import type { NativeRequest } from "./addon.ts";
import { sourceRows } from "./autoencoders.ts";
import { checkLength } from "./check-length.ts";
import { isFloating } from "./dtype.ts";
import { graphBox } from "./graph-box.ts";
import { checkHooks, type HookRequest, hookKinds, nativeHooks } from "./hook-request.ts";
import { KeptRun, Prefix } from "./kept.ts";
import type { PatchGraph } from "./patch-graph.ts";
import { Tensor } from "./tensor.ts";
import type { TransformerConfig } from "./transformer-config.ts";

/** What to run. Shapes: B batch, P positions, S sources, D dModel, L blocks, E edges. */
export interface ForwardRequest extends HookRequest {
  /** int64 [B, P] */
  tokens: Tensor;
  /** int64 [B]: how many positions at the left of each row are padding, fewer than P. */
  padding?: Tensor;
  /**
   * [B, P, D], or [1, P, D] for all: what `Resid Start` writes, in the place of the tokens' embedding. Not together with `from` or `keepRun`.
   */
  start?: Tensor;
  /** Cached keys and values that come before the tokens. */
  prefix?: Prefix;
  /** Logits only there; default: everywhere. */
  positions?: readonly number[];
  /**
   * Edges to patch. `mask` [E], or [M, E] where M divides B: example b then uses row floor(b / (B / M)).
   * 0 keeps the current value, 1 takes the ablated one, between interpolates.
   */
  patch?: Patch;
  /**
   * Start at the first patched block of an unpatched run; with M masks the run's batch is repeated M times, and the ablation is one for all
   * its examples or one for each. Gives logits and divergences only; where the mask records gradients the whole network runs.
   */
  from?: KeptRun;
  /** Default true. */
  logits?: boolean;
  /**
   * Compare the outputs with these distributions: their logits and probabilities, each [B / M * positions, dVocabOut]; output
   * row i is compared with row i mod their number.
   * The vocabulary is taken in pieces, so with `logits: false` no logits are held in memory.
   */
  reference?: { logits: Tensor; probabilities: Tensor };
  /** The output of every source. */
  keepSources?: boolean;
  /** Activations of latents, of a transformer with autoencoders. */
  latents?: boolean;
  /** The residual stream before every block, and after the last one and the final norm. */
  resid?: boolean;
  /** Keep the run as a starting point for `from`. */
  keepRun?: boolean;
  /** Keep keys and values for `prefix`. */
  keysValues?: boolean;
  /** Which sources there are; needed with `keepSources` and `keepRun` for unfactorised graphs. Default: factorised. */
  graph?: PatchGraph;
  /** Looked at between blocks. */
  signal?: AbortSignal;
}

/** Which edges are patched with what, and what the backward pass gives where the mask records gradients. */
export interface Patch {
  graph: PatchGraph;
  /** [E] or [M, E] */
  mask: Tensor;
  ablation: Ablation;
  /** [S, B or 1, P, D]: what the gradient of each input is contracted with, in the place of ablated - current outputs. */
  directions?: Tensor | undefined;
  /** A leaf of the shape of the ablation's sources, whose numbers are not read: it gets their gradient. Not with autoencoders. */
  ablationLeaf?: Tensor | undefined;
  /** A leaf [S, B, P, D], whose numbers are not read: it gets the gradient of every source's output. */
  outputsLeaf?: Tensor | undefined;
  /**
   * Of a transformer with autoencoders, where no edge is patched: leaves, or what is made of leaves, whose numbers are not read. They get the
   * gradients of each autoencoder's `encode`, `bias`, `decode` and `outBias`, in the order of {@link placedAutoencoders}.
   */
  autoencoderLeaves?: readonly Tensor[] | undefined;
  /** What the backward pass holds constant. */
  rules?: BackwardRules | undefined;
}

/**
 * What a backward pass holds constant, so that relevance flows instead of gradients (Rezaei Jafari et al. 2025, "RelP",
 * arXiv:2508.21258). All false by default.
 */
export interface BackwardRules {
  /** The denominators of all norms of the residual stream. */
  norms?: boolean | undefined;
  /** `act(x) / x` of the MLPs' activations. */
  activations?: boolean | undefined;
  /** Half of a gated MLP's product: its gradient is halved. */
  gates?: boolean | undefined;
  /** The attention patterns: queries and keys get nothing. */
  attention?: boolean | undefined;
}

/** What was asked for. */
export interface ForwardResult {
  /** [B, positions, dVocabOut]; records gradients to the mask when the mask does. */
  logits?: Tensor;
  /** [B, P]: the sum of all latents, where autoencoders have leaves; records gradients to these. */
  activity?: Tensor;
  /** [B, positions]: KL(reference || outputs) in nats, exactly 0 where they agree; no gradient. */
  divergences?: Tensor;
  /** [S, B, P, D]; with autoencoders what multiplies the rows of decoders is in rows behind the sources, see {@link Autoencoders}. */
  sourceOutputs?: Tensor;
  /** [B, P, latents], all autoencoders' side by side in the order in which they write. */
  latents?: Tensor;
  /** [L + 1, B, P, D]; the last one normed, as in Hugging Face's `hidden_states`. */
  resid?: Tensor;
  /** Values of the request's `hooks`, in its order; shapes: see {@link hookNames}. */
  hooks?: readonly Tensor[];
  run?: KeptRun;
  prefix?: Prefix;
}

const ruleNames: readonly string[] = ["norms", "activations", "gates", "attention"] satisfies (keyof BackwardRules)[];

/** Only rules there are, each true, false or left out. */
function areRules(value: unknown): boolean {
  if (value === undefined) return true;
  if (!kind.record.accepts(value)) return false;
  return Object.entries(value as object).every(
    ([name, on]) => ruleNames.includes(name) && (on === undefined || typeof on === "boolean"),
  );
}

function areTensors(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((one) => one instanceof Tensor));
}

const aTensor = kind.instance(Tensor, "a Tensor");
const patchGraph = kind.having("a graph's table", "factorized", "seqLen", "sourceCount", "edgeCount", "groups");

/** Checks that a request is made of what it should be made of, whatever the transformer. */
export const checkRequest = signature("Transformer.forward", {}, {
  tokens: kind.required(aTensor),
  padding: aTensor,
  start: aTensor,
  prefix: kind.instance(Prefix, "a Prefix"),
  positions: kind.listOf(kind.whole),
  patch: kind.such(
    "{ graph, mask, ablation } with a graph's table, a Tensor and an Ablation (and Tensors as directions and leaves, and rules that are true or false)",
    (value) =>
      kind.record.accepts(value) &&
      patchGraph.accepts((value as { graph?: unknown }).graph) &&
      (value as { mask?: unknown }).mask instanceof Tensor &&
      (value as { ablation?: unknown }).ablation instanceof Ablation &&
      ["directions", "ablationLeaf", "outputsLeaf"].every((name) => {
        const given = (value as Record<string, unknown>)[name];
        return given === undefined || given instanceof Tensor;
      }) &&
      areTensors((value as { autoencoderLeaves?: unknown }).autoencoderLeaves) &&
      areRules((value as { rules?: unknown }).rules),
  ),
  from: kind.instance(KeptRun, "a KeptRun"),
  logits: kind.flag,
  reference: kind.such(
    "{ logits, probabilities }, both Tensors",
    (value) =>
      kind.record.accepts(value) &&
      (value as { logits?: unknown }).logits instanceof Tensor &&
      (value as { probabilities?: unknown }).probabilities instanceof Tensor,
  ),
  keepSources: kind.flag,
  latents: kind.flag,
  resid: kind.flag,
  keepRun: kind.flag,
  keysValues: kind.flag,
  graph: patchGraph,
  ...hookKinds,
  signal: kind.signal,
} satisfies KindsOf<ForwardRequest>);

/** Checks a request against the transformer and turns it into what the addon reads. */
export function nativeRequest(config: TransformerConfig, request: ForwardRequest): NativeRequest {
  checkTokens(request);
  checkPositions(request);
  checkLength(config, request.tokens.shape[1]! + (request.prefix?.seqLen ?? 0));
  if (request.start) checkStart(config, request, request.start);
  if (request.patch) checkPatch(config, request.patch);
  checkHooks(config, request);
  const { patch, graph } = request;
  return {
    tokens: request.tokens.handle,
    padding: request.padding?.handle,
    start: request.start?.handle,
    prefix: request.prefix?.box,
    positions: request.positions,
    patch: patch && {
      graph: graphBox(patch.graph, config),
      mask: patch.mask.handle,
      ablation: patch.ablation.box,
      directions: patch.directions?.handle,
      ablationLeaf: patch.ablationLeaf?.handle,
      outputsLeaf: patch.outputsLeaf?.handle,
      autoencoderLeaves: patch.autoencoderLeaves?.map(({ handle }) => handle),
      rules: patch.rules,
    },
    from: request.from?.box,
    graph: graph && graphBox(graph, config),
    logits: request.logits,
    reference: request.reference && {
      logits: request.reference.logits.handle,
      probabilities: request.reference.probabilities.handle,
    },
    keepSources: request.keepSources,
    latents: request.latents,
    resid: request.resid,
    keepRun: request.keepRun,
    keysValues: request.keysValues,
    ...nativeHooks(request),
  };
}

function checkTokens({ tokens, padding }: ForwardRequest): void {
  if (tokens.dtype !== "int64") {
    throw new AutocircuitError("dtype", `tokens must be int64, got ${tokens.dtype}.`);
  }
  if (tokens.shape.length !== 2 || tokens.size === 0) {
    throw new AutocircuitError("shape", `tokens must be [batch, positions], got [${tokens.shape.join(", ")}].`);
  }
  if (padding === undefined) return;
  if (padding.dtype !== "int64" || padding.shape.length !== 1 || padding.shape[0] !== tokens.shape[0]) {
    throw new AutocircuitError(
      "shape",
      `padding must be int64 [${tokens.shape[0]}], one number per row of tokens; got ${padding.dtype} [${padding.shape.join(", ")}].`,
    );
  }
}

function checkPositions({ tokens, positions }: ForwardRequest): void {
  const length = tokens.shape[1]!;
  if (positions?.length === 0) {
    throw new AutocircuitError(
      "bad-input",
      "`positions` is empty: give one at least, or leave it out for all of them.",
    );
  }
  const wrong = positions?.find((position) => !Number.isInteger(position) || position < 0 || position >= length);
  if (wrong !== undefined) {
    throw new AutocircuitError("bad-input", `positions: ${wrong} is not a position; they go from 0 to ${length - 1}.`);
  }
}

function checkStart({ dModel }: TransformerConfig, { tokens, from, keepRun }: ForwardRequest, start: Tensor): void {
  const [batch, length] = tokens.shape as [number, number];
  const { shape, dtype } = start;
  const fits =
    shape.length === 3 && (shape[0] === batch || shape[0] === 1) && shape[1] === length && shape[2] === dModel;
  if (!fits || !isFloating(dtype)) {
    throw new AutocircuitError(
      fits ? "dtype" : "shape",
      `start must be floating point [${batch} or 1, ${length}, ${dModel}], got ${dtype} [${shape.join(", ")}].`,
    );
  }
  if (from === undefined && !keepRun) return;
  throw new AutocircuitError(
    "bad-input",
    "A run with another `start` than its tokens' embedding cannot be kept (`keepRun`), nor begin at a kept one (`from`).",
  );
}

function checkPatch(config: TransformerConfig, { graph, mask, ablation }: NonNullable<ForwardRequest["patch"]>): void {
  if (!isFloating(mask.dtype)) {
    throw new AutocircuitError("dtype", `The mask must be floating point, got ${mask.dtype}.`);
  }
  if (mask.shape.length < 1 || mask.shape.length > 2 || mask.shape.at(-1) !== graph.edgeCount) {
    throw new AutocircuitError(
      "shape",
      `The mask must be [${graph.edgeCount}] or [masks, ${graph.edgeCount}], one number per edge; got [${mask.shape.join(", ")}].`,
    );
  }
  const { shape } = ablation.sources;
  const rows = sourceRows(graph, config);
  if (shape[0] !== rows || shape[3] !== config.dModel) {
    throw new AutocircuitError(
      "shape",
      `The ablation must have ${rows} sources of ${config.dModel} numbers, got [${shape.join(", ")}].`,
    );
  }
}
