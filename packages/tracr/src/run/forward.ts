import type { ModelConfig } from "../compile/assemble.ts";
import { RaspError } from "../rasp-error.ts";
import { attention } from "./attention.ts";
import { allEdges } from "./model-graph.ts";
import { multiply } from "./multiply.ts";
import type { RunnableModel } from "./runnable-model.ts";

/** What a run computed. Arrays are row-major, one row per position. */
export interface ForwardRun {
  /** `[position, d_vocab_out]` */
  readonly logits: Float64Array;
  /** Output of every source node, `[position, d_model]`, in network order. */
  readonly sources: ReadonlyMap<string, Float64Array>;
  readonly positions: number;
}

/** Which edges to cut, and what flows instead. */
export interface AblationOptions {
  /** Names of the ablated edges, such as `A0.0->MLP 0`. */
  readonly ablate?: Iterable<string>;
  /** What an ablated edge carries: nothing (the default), or what it carried in another run of the same length. */
  readonly ablation?: "zero" | ForwardRun;
}

/**
 * Runs a model in float64, without any library: slow, exact, and enough to check that a circuit computes what the whole does.
 *
 * @param ids token ids, BOS first
 * @throws RaspError for ids or edges the model does not have, and for a run of another length
 * @example
 * const clean = forward(model, model.input.encode(["a", "b"]));
 * const cut = forward(model, ids, { ablate: ["Resid Start->A0.0.V"], ablation: clean });
 */
export function forward(model: RunnableModel, ids: readonly number[], options: AblationOptions = {}): ForwardRun {
  const { config, weights } = model;
  const { dModel, layers, heads } = config;
  const positions = ids.length;
  checkInput(model, ids);
  const ablation = options.ablation ?? "zero";
  const ablate = checkAblation(config, options, positions);

  const sources = new Map<string, Float64Array>();
  const residual = new Float64Array(positions * dModel);
  const write = (name: string, output: Float64Array): void => {
    sources.set(name, output);
    output.forEach((x, i) => {
      residual[i]! += x;
    });
  };
  const read = (destination: string): Float64Array => {
    const cut = ablate.get(destination);
    if (cut === undefined) return residual;
    const patched = residual.slice();
    for (const source of cut) {
      const current = sources.get(source)!;
      const instead = ablation === "zero" ? null : ablation.sources.get(source)!;
      for (let i = 0; i < patched.length; i++) patched[i]! += (instead?.[i] ?? 0) - current[i]!;
    }
    return patched;
  };

  write("Resid Start", embed(model, ids));
  for (let l = 0; l < layers; l++) {
    const outputs = Array.from({ length: heads }, (_, h) => {
      const name = `A${l}.${h}`;
      return { name, output: attention(model, { block: l, head: h, positions }, (input) => read(`${name}.${input}`)) };
    });
    for (const { name, output } of outputs) write(name, output);
    const hidden = multiply(read(`MLP ${l}`), weights[`blocks.${l}.mlp.W_in`]!.data, dModel);
    const activated = hidden.map((x) => Math.max(0, x));
    write(`MLP ${l}`, multiply(activated, weights[`blocks.${l}.mlp.W_out`]!.data, config.dMlp));
  }
  const logits = multiply(read("Resid End"), weights["unembed.W_U"]!.data, dModel);
  return { logits, sources, positions };
}

function embed({ config, weights }: RunnableModel, ids: readonly number[]): Float64Array {
  const { dModel } = config;
  const tokens = weights["embed.W_E"]!.data;
  const places = weights["pos_embed.W_pos"]!.data;
  const output = new Float64Array(ids.length * dModel);
  ids.forEach((id, p) => {
    for (let d = 0; d < dModel; d++) output[p * dModel + d] = tokens[id * dModel + d]! + places[p * dModel + d]!;
  });
  return output;
}

function checkInput({ config }: RunnableModel, ids: readonly number[]): void {
  if (ids.length === 0 || ids.length > config.context) {
    throw new RaspError(
      "bad-input",
      `got ${ids.length} token ids; the model takes 1 to ${config.context}, BOS included`,
    );
  }
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= config.dVocab);
  if (wrong !== undefined) {
    throw new RaspError("bad-input", `${wrong} is no token id; the model has ids 0 to ${config.dVocab - 1}`);
  }
}

/** The cut sources of every destination that has any. */
function checkAblation(
  config: ModelConfig,
  { ablate, ablation }: AblationOptions,
  positions: number,
): ReadonlyMap<string, readonly string[]> {
  const cut = new Map<string, string[]>();
  const known = edgesIn(config);
  for (const edge of new Set(ablate)) {
    if (known.has(edge)) {
      const [source, destination] = edge.split("->") as [string, string];
      cut.set(destination, [...(cut.get(destination) ?? []), source]);
      continue;
    }
    throw new RaspError(
      "bad-input",
      `there is no edge "${edge}" in this model; edges look like ${[...known].slice(0, 3).join(", ")}`,
    );
  }
  if (ablation !== undefined && ablation !== "zero" && ablation.positions !== positions) {
    throw new RaspError(
      "bad-input",
      `the ablation has ${ablation.positions} positions, this one ${positions}; use an input of equal length`,
    );
  }
  return cut;
}

const edgesOfConfig = new WeakMap<ModelConfig, ReadonlySet<string>>();

/** All edges, remembered: one ablation study runs the same model thousands of times. */
function edgesIn(config: ModelConfig): ReadonlySet<string> {
  const edges = edgesOfConfig.get(config) ?? new Set(allEdges(config));
  edgesOfConfig.set(config, edges);
  return edges;
}
