import { callPredicate } from "../language/call-function.ts";
import type { Unary } from "../language/node.ts";
import { Selector } from "../language/selector.ts";
import { RaspError } from "../rasp-error.ts";
import type { Value } from "../values/value.ts";
import { attentionHead } from "./attention-block.ts";
import type { Block, Mlp } from "./block.ts";
import { direction } from "./direction.ts";
import { discretizeBlock } from "./discretize-block.ts";
import type { GraphNode, ProgramGraph } from "./graph.ts";
import { linearMapBlock } from "./linear-map-block.ts";
import { categoricalMap, numericalMap } from "./map-block.ts";
import type { Matrix } from "./matrix.ts";
import type { Settings } from "./options.ts";
import { selectorWidthBlock } from "./selector-width-block.ts";
import { sequenceMapBlock } from "./sequence-map-block.ts";
import type { Output } from "./value-sets.ts";

/** The block of every expression that needs one, in graph order. */
export function buildBlocks(
  graph: ProgramGraph,
  outputs: ReadonlyMap<GraphNode, Output>,
  settings: Settings,
): Map<GraphNode, Block> {
  const blocks = new Map<GraphNode, Block>();
  for (const node of graph.nodes) {
    const block = buildBlock(node, outputs, settings);
    if (block === null) continue;
    checkFinite(block, node.label);
    blocks.set(node, block);
  }
  return blocks;
}

function buildBlock(graphNode: GraphNode, outputs: ReadonlyMap<GraphNode, Output>, settings: Settings): Block | null {
  const { expression, label, children } = graphNode;
  if (expression instanceof Selector) return null;
  const { node } = expression;
  const { mode } = settings;
  const basisOf = (child: GraphNode) => outputs.get(child)!.basis;
  const output = basisOf(graphNode);
  switch (node.kind) {
    case "map": {
      const child = children[0]!;
      if (node.inner.encoding === "numerical")
        return { kind: "mlp", mlp: staircase(graphNode, node.f, outputs, settings) };
      const spec = { label, input: basisOf(child), output, f: node.f, mode };
      return { kind: "mlp", mlp: expression.encoding === "numerical" ? numericalMap(spec) : categoricalMap(spec) };
    }
    case "sequence-map": {
      const [fst, snd] = children.map(basisOf);
      return { kind: "mlp", mlp: sequenceMapBlock({ label, fst: fst!, snd: snd!, output, f: node.f, mode }) };
    }
    case "linear-sequence-map": {
      const [fst, snd] = children.map(basisOf);
      return { kind: "mlp", mlp: linearMapBlock(label, fst!, snd!, output, node.fstFactor, node.sndFactor) };
    }
    case "selector-width":
      return {
        kind: "pair",
        ...selectorWidthBlock({ label, output, settings, ...selection(children[0]!, basisOf, settings) }),
      };
    case "aggregate": {
      const values = basisOf(children[1]!);
      const head = attentionHead({ values, output, attendBos: false, ...selection(children[0]!, basisOf, settings) });
      return { kind: "attention", head };
    }
    default:
      return null;
  }
}

/** What attention needs to know about a select. */
function selection(select: GraphNode, basisOf: (node: GraphNode) => Output["basis"], { bos, pad, mode }: Settings) {
  const { node } = select.expression;
  if (node.kind !== "select") throw new TypeError(`${select.label} is no select`);
  const [keys, queries] = select.children.map(basisOf);
  return {
    keys: keys!,
    queries: queries!,
    predicate: (key: Value, query: Value) => callPredicate(select.label, node.predicate, key, query),
    bos: direction("tokens", bos),
    ...(mode === "corrected" ? { pad: direction("tokens", pad) } : {}),
  };
}

/** A map of a number: steps between its possible values. */
function staircase(graphNode: GraphNode, f: Unary, outputs: ReadonlyMap<GraphNode, Output>, settings: Settings): Mlp {
  const inner = outputs.get(graphNode.children[0]!)!;
  return discretizeBlock({
    label: graphNode.label,
    input: inner.basis.directions[0]!,
    values: inner.values,
    f,
    output: outputs.get(graphNode)!.basis,
    exactness: settings.mlpExactness,
    mode: settings.mode,
    ...(settings.mode === "corrected" ? { offAt: direction("tokens", settings.bos) } : {}),
  });
}

/** Matrices of a block. */
function matricesOf(block: Block): Matrix[] {
  const heads = block.kind === "mlp" ? [] : [block.head.qk, block.head.ov];
  const mlps = block.kind === "attention" ? [] : [block.mlp.first, block.mlp.second];
  return [...heads, ...mlps];
}

/** @throws RaspError for weights that are no numbers: the numbers of the program lead beyond the range of float64 */
function checkFinite(block: Block, label: string): void {
  if (matricesOf(block).every(({ data }) => data.every(Number.isFinite))) return;
  throw new RaspError(
    "unsupported",
    `${label}: its weights would not be finite; the values and factors it computes with are too large, scale them down`,
    label,
  );
}
