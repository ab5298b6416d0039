import {
  type CompiledModel,
  compile,
  directionLabel,
  type Matrix,
  type Space,
  type WeightArray,
} from "@autocircuit/tracr";
import { checkGraph } from "./check-graph.ts";
import { arrayDifference, difference, type Report } from "./compare.ts";
import type { GoldenBlock, GoldenModel } from "./golden.ts";
import { goldenTask } from "./golden-program.ts";

const special = ["BOS", "compiler_pad"];

/** Compiles the program of a golden model; `null` for an unknown task. */
export function compileGoldenModel({ task, encoding, config }: GoldenModel): CompiledModel | null {
  const program = goldenTask(task);
  if (program === null) return null;
  const vocab = Object.keys(encoding)
    .filter((token) => !special.includes(token))
    .map((token) => (/^\d+$/.test(token) ? Number(token) : token));
  return compile(program, { vocab, maxSeqLen: Number(config.n_ctx) - 1, bos: "BOS", causal: config.causal === true });
}

/** Checks one compiled model in full: config, labels, encoding, graph, blocks, and every weight exactly. */
export function checkGoldenModel(golden: GoldenModel, report: Report): void {
  const name = golden.task;
  const compiled = compileGoldenModel(golden);
  if (compiled === null) {
    report(`${name}: known program`, false, "no program of this name");
    return;
  }
  const check = (what: string, found: string | null): void =>
    report(`${name}: ${what}`, found === null, found ?? undefined);
  const { config, weights } = compiled;
  const ourConfig = {
    n_layers: config.layers,
    n_heads: config.heads,
    d_model: config.dModel,
    d_head: config.dHead,
    d_mlp: config.dMlp,
    n_ctx: config.context,
    d_vocab: config.dVocab,
    d_vocab_out: config.dVocabOut,
    causal: config.causal,
    layer_norm: false,
  };
  check("config", difference(ourConfig, golden.config, "config"));
  check("residual labels", difference(compiled.residualLabels, golden.residual_labels, "labels"));
  check(
    "encoding",
    difference(Object.fromEntries(compiled.input.tokens.map((token, id) => [token, id])), golden.encoding),
  );
  checkGraph(compiled, golden.graph, golden.sources, name, report);
  check("blocks", difference(describeModules(compiled), golden.blocks, "blocks"));
  for (const [key, expected] of Object.entries(golden.weights_tl64)) {
    check(key, arrayDifference(stacked(key, weights, config.layers), expected));
  }
}

/** One parameter of all layers, or an embedding. */
function stacked(name: string, weights: CompiledModel["weights"], layers: number): WeightArray {
  const outside = { W_E: "embed.W_E", W_pos: "pos_embed.W_pos", W_U: "unembed.W_U", b_U: "unembed.b_U" }[name];
  if (outside !== undefined) return weights[outside]!;
  const part = /_(in|out)$/.test(name) ? "mlp" : "attn";
  const arrays = Array.from({ length: layers }, (_, l) => weights[`blocks.${l}.${part}.${name}`]!);
  const data = new Float64Array(arrays.reduce((total, array) => total + array.data.length, 0));
  arrays.forEach((array, l) => {
    data.set(array.data, l * array.data.length);
  });
  return { shape: [layers, ...arrays[0]!.shape], data };
}

function describeModules({ stages }: CompiledModel): GoldenBlock[] {
  const labels = (space: Space) => space.directions.map(directionLabel);
  return stages.allocation.layers.flatMap(({ heads, mlp }, l) => {
    const modules: GoldenBlock[] = heads.map(({ head }) => ({
      module: `transformer/layer_${l}/attn`,
      type: "attn",
      query: labels(head.query),
      key: labels(head.key),
      value: labels(head.value),
      output: labels(head.output),
      qk: rows(head.qk),
      ov: rows(head.ov),
    }));
    if (mlp === null) return modules;
    const { input, hidden, output, first, second } = mlp;
    return [
      ...modules,
      {
        module: `transformer/layer_${l}/mlp`,
        type: "mlp",
        input: labels(input),
        hidden: labels(hidden),
        output: labels(output),
        fst: rows(first),
        snd: rows(second),
      },
    ];
  });
}

function rows({ rows: count, cols, data }: Matrix): number[][] {
  return Array.from({ length: count }, (_, r) => [...data.subarray(r * cols, (r + 1) * cols)]);
}
