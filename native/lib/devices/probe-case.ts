import { Ablation } from "../ablation.ts";
import type { Device } from "../device.ts";
import type { PatchGraph } from "../patch-graph.ts";
import { grad, Tensor } from "../tensor.ts";
import { Transformer } from "../transformer.ts";
import type { TransformerConfig } from "../transformer-config.ts";
import { weightShapes } from "../weight-shapes.ts";

const CONFIG: TransformerConfig = {
  ...{ layers: 2, dModel: 68, heads: 4, kvHeads: 4, dHead: 17, dMlp: 96, dVocab: 50, dVocabOut: 50, context: 16 },
  ...{ norm: "layer", eps: 1e-5, attnOnly: false, parallel: false, causal: true, attnScale: Math.sqrt(17) },
  ...{ positions: "learned", activation: "gelu_new", gated: false },
};
const [BATCH, LENGTH] = [6, 7];

/** From the third pass on with masks of one shape from a kept run, a GPU repeats what it recorded. */
const SEARCH_STEPS = 6;

/**
 * Runs a small transformer with two masks at once, whose rows are all zero, all one, nearly either, and dense, and gives everything that must
 * not depend on the device: logits, the gradients of the masks, and the divergences of the steps of a search.
 */
export async function probeCase(device: Device): Promise<Record<string, Float32Array>> {
  using model = Transformer.create(CONFIG, weights(), { device, dtype: "float32" });
  const graph = graphOf(CONFIG);
  const { sourceOutputs } = await model.forward({ tokens: tokens(3), logits: false, keepSources: true });
  using ablation = new Ablation(sourceOutputs!);
  using mask = Tensor.from(maskValues(graph), { shape: [2, graph.edgeCount] }).requireGrad();
  const { logits } = await model.forward({ tokens: tokens(1), patch: { graph, mask, ablation } });
  const [gradient] = grad(logits!.mul(logits!).mean(), [mask]);
  return {
    logits: (await logits!.data()) as Float32Array,
    gradients: (await gradient!.data()) as Float32Array,
    divergences: await searchSteps(model, graph, ablation),
  };
}

/** Divergences from the unpatched outputs, mask after mask, in passes that leave a kept run at the second block. */
async function searchSteps(model: Transformer, graph: PatchGraph, ablation: Ablation): Promise<Float32Array> {
  const positions = [LENGTH - 1];
  using input = tokens(1);
  const { logits } = await model.forward({ tokens: input, positions });
  const { run } = await model.forward({ tokens: input, logits: false, keepRun: true });
  using from = run!;
  using outputs = logits!.reshape([BATCH, CONFIG.dVocabOut]);
  using probabilities = outputs.softmax(-1);
  const reference = { logits: outputs, probabilities };
  const start = graph.groups.find(({ block }) => block === 1)!.offset;
  const values: number[] = [];
  for (let step = 0; step < SEARCH_STEPS; step++) {
    using mask = Tensor.from(searchMasks(graph, start, step), { shape: [2, graph.edgeCount] });
    const patch = { graph, mask, ablation };
    const { divergences } = await model.forward({ tokens: input, positions, from, patch, reference, logits: false });
    values.push(...Array.from(await divergences!.data(), Number));
  }
  return Float32Array.from(values);
}

/** Two masks of zeros and ones, from an edge on that is always a one. */
function searchMasks({ edgeCount }: PatchGraph, start: number, step: number): Float32Array {
  const values = irregular(2 * edgeCount, 11 + step);
  return values.map((value, i) => {
    const edge = i % edgeCount;
    return edge === start || (edge > start && value > 0.6 * Math.cos(step)) ? 1 : 0;
  });
}

/** Fixed, irregular numbers between -1 and 1. */
function irregular(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 1.7 + seed * 0.37));
}

/** All but attention's output biases: behind a norm they are others in each run, which leaves no ablated stream to start from or to record. */
function weights(): Record<string, Tensor> {
  const made: Record<string, Tensor> = {};
  let seed = 0;
  for (const [name, { shape }] of weightShapes(CONFIG)) {
    if (name.endsWith(".attn.b_O")) continue;
    const size = shape.reduce((product, side) => product * side, 1);
    made[name] = Tensor.from(
      irregular(size, seed++).map((value) => 0.3 * value),
      { shape },
    );
  }
  return made;
}

function tokens(step: number): Tensor {
  const ids = Array.from({ length: BATCH }, (_, b) =>
    Array.from({ length: LENGTH }, (_, p) => ((b + 2) * (p + step) * 7) % 50),
  );
  return Tensor.from(ids, { dtype: "int64" });
}

/** By destination, in turn: all 0, all 1, a single 1, a single 0, and numbers between. */
function maskValues({ edgeCount, groups }: PatchGraph): Float32Array {
  const values = new Float32Array(2 * edgeCount);
  const dense = irregular(2 * edgeCount, 5);
  for (const half of [0, 1]) {
    let row = half;
    for (const { heads, sourceCount, offset } of groups) {
      for (let head = 0; head < heads; head++, row++) {
        for (let source = 0; source < sourceCount; source++) {
          const at = half * edgeCount + offset + head * sourceCount + source;
          const single = source === row % sourceCount ? 1 : 0;
          values[at] = [0, 1, single, 1 - single, Math.abs(dense[at]!)][row % 5]!;
        }
      }
    }
  }
  return values;
}

/** Edges between components, with separate queries, keys and values. */
function graphOf({ layers, heads }: TransformerConfig): PatchGraph {
  const groups: PatchGraph["groups"][number][] = [];
  let edgeCount = 0;
  const add = (
    kind: PatchGraph["groups"][number]["kind"],
    block: number,
    destinationCount: number,
    sourceCount: number,
  ) => {
    groups.push({ kind, block, heads: destinationCount, firstSource: 0, sourceCount, offset: edgeCount });
    edgeCount += destinationCount * sourceCount;
  };
  for (let block = 0; block < layers; block++) {
    const before = 1 + (heads + 1) * block;
    for (const kind of ["q", "k", "v"] as const) add(kind, block, heads, before);
    add("mlp", block, 1, before + heads);
  }
  const sourceCount = 1 + (heads + 1) * layers;
  add("end", layers - 1, 1, sourceCount);
  return { factorized: true, seqLen: 0, sourceCount, edgeCount, groups };
}
