import {
  type CompiledModel,
  compile,
  decodeLogits,
  evaluate,
  forward,
  type Token,
  type WeightArray,
} from "@autocircuit/tracr";
import { checkGraph } from "./check-graph.ts";
import {
  arrayDifference,
  closeValues,
  difference,
  largestDifference,
  type OutputsListener,
  type Report,
} from "./compare.ts";
import {
  type GoldenProgram,
  type GoldenRandomProgram,
  type GoldenValue,
  type SparseArray,
  untagged,
} from "./golden.ts";
import { goldenProgram } from "./golden-program.ts";
import { haikuWeights } from "./haiku-names.ts";
import { buildRandomProgram } from "./random-program.ts";

const tolerance = 1e-12;

/** Checks a library case: config, labels, graph, every weight exactly, outputs to 1e-12, decoded values, the evaluator. */
export function checkGoldenProgram(golden: GoldenProgram, report: Report, onOutputs?: OutputsListener): void {
  const name = `${golden.name} (${golden.mode})`;
  const program = goldenProgram(golden.name, golden.max_seq_len);
  if (program === null) {
    report(`${name}: known program`, false, "no program of this name");
    return;
  }
  const causal = golden.mode === "causal";
  const compiled = compile(program, { vocab: golden.vocab, maxSeqLen: golden.max_seq_len, bos: "BOS", causal });
  const check = (what: string, found: string | null): void =>
    report(`${name}: ${what}`, found === null, found ?? undefined);
  const { config } = compiled;
  const sizes = {
    n_layers: config.layers,
    n_heads: config.heads,
    d_head: config.dHead,
    d_mlp: config.dMlp,
    d_model: config.dModel,
    n_ctx: config.context,
    d_vocab: config.dVocab,
  };
  check("config", difference(sizes, golden.config, "config"));
  check(
    "used heads",
    difference(
      compiled.stages.allocation.layers.map(({ heads }) => heads.length),
      golden.used_heads,
    ),
  );
  check("used hidden", difference(usedHidden(compiled), golden.used_hidden));
  check("residual labels", difference(compiled.residualLabels, golden.residual_labels, "labels"));
  check("output dims", difference(compiled.outputDims, golden.output_dims));
  check("encoding", difference(compiled.input.tokens, golden.encoding));
  checkGraph(compiled, golden.graph, golden.sources, name, report);
  checkParams(compiled, golden.params, name, report);

  const tokens = compiled.input.encode(golden.input);
  const { logits } = forward(compiled, tokens);
  const float32Tolerance = float32Rounding(compiled);
  onOutputs?.({ name, model: compiled, tokens: [tokens], logits: [golden.output_raw], float32Tolerance });
  const worst = largestDifference(logits, golden.output_raw);
  report(`${name}: outputs`, worst <= tolerance, `largest difference ${worst}`);
  checkDecoded(compiled, golden.input, golden.decoded, name, report);
  const evaluated = evaluate(program, golden.input, { causal });
  const expected = golden.rasp_eval.map(untagged);
  const same =
    evaluated.length === expected.length && evaluated.every((value, i) => closeValues(value, expected[i]!, 0));
  report(`${name}: evaluator`, same, `${JSON.stringify(evaluated)}, expected ${JSON.stringify(expected)}`);
}

/**
 * 1e-6, or what float32 cannot avoid: a discretising MLP's input, at most 1, is rounded by up to 2^-25 and then multiplied by the
 * MLP's exactness (100), so that a third comes out as 33.333332 before anything is subtracted.
 */
function float32Rounding({ config, weights }: CompiledModel): number {
  let largest = 0;
  for (let block = 0; block < config.layers; block++)
    for (const weight of weights[`blocks.${block}.mlp.W_in`]!.data) largest = Math.max(largest, Math.abs(weight));
  return Math.max(1e-6, 2 ** -25 * largest);
}

/** Checks a random program: labels, sizes, every weight exactly, decoded outputs. */
export function checkGoldenRandomProgram(golden: GoldenRandomProgram, report: Report): void {
  const name = `random program ${golden.seed}`;
  const program = buildRandomProgram(golden.nodes, golden.root);
  const compiled = compile(program, { vocab: golden.vocab, maxSeqLen: golden.max_seq_len, bos: "BOS" });
  const { layers, heads, dHead, dMlp } = compiled.config;
  const sizes = { n_layers: layers, n_heads: heads, d_head: dHead, d_mlp: dMlp };
  const checks = {
    config: difference(sizes, golden.config, "config"),
    "residual labels": difference(compiled.residualLabels, golden.residual_labels, "labels"),
  };
  for (const [what, found] of Object.entries(checks)) report(`${name}: ${what}`, found === null, found ?? undefined);
  checkParams(compiled, golden.params, name, report);
  golden.outputs.forEach(({ input, decoded }, i) => {
    checkDecoded(compiled, input, decoded, `${name}, input ${i}`, report);
  });
}

function checkParams(
  compiled: CompiledModel,
  params: Readonly<Record<string, SparseArray>>,
  name: string,
  report: Report,
): void {
  const ours: Record<string, WeightArray> = haikuWeights(compiled);
  const names = difference(Object.keys(ours).sort(), Object.keys(params).sort(), "names");
  report(`${name}: parameter names`, names === null, names ?? undefined);
  for (const [key, expected] of Object.entries(params)) {
    const array = ours[key];
    const found = array === undefined ? "missing" : arrayDifference(array, expected);
    report(`${name}: ${key}`, found === null, found ?? undefined);
  }
}

/**
 * Compares decoded outputs. Where all outputs are leakage noise their order is rounding, so a categorical value also counts if its
 * output is within 1e-12 of the expected one's.
 */
function checkDecoded(
  compiled: CompiledModel,
  input: readonly Token[],
  decoded: readonly GoldenValue[],
  name: string,
  report: Report,
): void {
  const { logits } = forward(compiled, compiled.input.encode(input));
  const width = compiled.config.dVocabOut;
  const ours = decodeLogits(compiled, logits).slice(1);
  const expected = decoded.slice(1).map(untagged);
  const logitOf = (value: GoldenValue, p: number): number =>
    logits[(p + 1) * width + compiled.output.id(untagged(value)!)] ?? Number.NaN;
  const same = ours.map((value, p) => {
    if (closeValues(value, expected[p]!, tolerance)) return true;
    if (compiled.output.encoding === "numerical") return false;
    return Math.abs(logitOf(value, p) - logitOf(expected[p]!, p)) <= tolerance;
  });
  const ok = ours.length === expected.length && same.every(Boolean);
  report(`${name}: decoded`, ok, `${JSON.stringify(ours)}, expected ${JSON.stringify(expected)}`);
}

/** Hidden units with an output weight, per block. */
function usedHidden({ config, weights }: CompiledModel): number[] {
  const { layers, dMlp, dModel } = config;
  return Array.from({ length: layers }, (_, l) => {
    const { data } = weights[`blocks.${l}.mlp.W_out`]!;
    const rows = Array.from({ length: dMlp }, (_, j) => data.subarray(j * dModel, (j + 1) * dModel));
    return rows.filter((row) => row.some((x) => x !== 0)).length;
  });
}
