// How much of attn-only-4l's answer do the published docstring circuits keep, and does training find them? AutoCircuit's experiments
// `docstring_faithfulness`, `docstring_logit_difference` and `docstring_optimized`: the circuit by heads (patched along the residual stream) and the
// circuit by edges, at every position or at those of their words, under resampling and mean ablation; then circuit probing beside the edges.
//
//   npm run example -- docstring MODEL [PROMPTS] [EPOCHS]
//
// MODEL has attn-only-4l's shape; the weights of the paper are NeelNanda/Attn_Only_4L512W_C4_Code on the Hugging Face hub (docs/circuits.md
// says how to save them). 50 PROMPTS and 100 EPOCHS by default. Positions are known in that model's vocabulary alone.
import { docstringPrompts, publishedCircuits } from "@autocircuit/circuits";
import { Circuit, loadPrompts, runCircuits } from "@autocircuit/core";
import { circuitProbing } from "@autocircuit/discovery";
import { metrics, rocCurve } from "@autocircuit/metrics";
import { loadModel, readConfig } from "@autocircuit/models";

const [folder, prompts = "50", epochs = "100"] = process.argv.slice(2);
const [count, passes] = [prompts, epochs].map(Number);
if (folder === undefined || !(count > 1) || !(passes >= 1)) {
  console.error("Say which model: npm run example -- docstring MODEL [PROMPTS, at least 2] [EPOCHS, at least 1]");
  process.exit(2);
}
const { layers, heads, attnOnly } = await readConfig(folder);
if (layers !== 4 || heads !== 8 || !attnOnly) {
  console.error(
    `${folder} has ${layers} blocks of ${heads} heads${attnOnly ? "" : " and MLPs"}; the published circuits belong to attn-only-4l, 4 blocks of 8 ` +
      "heads without MLPs: NeelNanda/Attn_Only_4L512W_C4_Code.",
  );
  process.exit(2);
}
const PUBLISHED = {
  heads: { circuit: publishedCircuits["docstring-node-based-edges"], factorized: false },
  edges: { circuit: publishedCircuits["docstring-edges"], factorized: true },
};
const ABLATIONS = ["resample", "tokenwise-mean-clean-and-corrupt"];
const METRICS = ["correct-of-pair-percent", "answer-prob", "logit-diff"];

const model = await loadModel(folder, { outputSlice: "last_seq" });
const { tokenizer } = model;
if (tokenizer === null) {
  console.error(
    `${folder} has no tokenizer, and the prompts are text: put the model's tokenizer.json beside its weights.`,
  );
  process.exit(2);
}
const file = docstringPrompts({ count: 2 * count, tokenizer });
const { train, test } = await loadPrompts(file, {
  ...{ tokenizer, size: { train: count, test: count }, batchSize: count, shuffle: false },
});
const hasPositions = Object.keys(test.wordPositions).length > 0;
if (!hasPositions)
  console.log("This vocabulary cuts the prompts otherwise than attn-only-4l's: nothing is said by position.");

const rows = { "full model": await measured(model, { circuits: [Circuit.where(model.graph, () => true)] }) };
for (const [name, { circuit, factorized }] of Object.entries(PUBLISHED)) {
  for (const byToken of hasPositions ? [false, true] : [false]) {
    const patched = model.withGraph({ factorized, byToken, ...(byToken && { seqLen: test.seqLen }) });
    const words = byToken ? { byToken: true, wordPositions: test.wordPositions } : {};
    const circuits = [Circuit.of(patched.graph, circuit.edges(patched, words))];
    for (const ablation of ABLATIONS)
      rows[`${name}, ${byToken ? "its positions" : "every position"}, ${ablation}`] = await measured(patched, {
        circuits,
        ablation,
      });
  }
}
console.table(rows);

const knownEdges = PUBLISHED.edges.circuit.edges(model);
const scores = await circuitProbing(model, train, { epochs: passes, circuitSizes: ["true_size"], knownEdges });
const size = knownEdges.length;
console.table({
  published: await measured(model, { circuits: [Circuit.of(model.graph, knownEdges)] }),
  learned: await measured(model, { scores, sizes: [size] }),
});
const published = Circuit.of(model.graph, knownEdges);
const shared = Array.from(scores.circuit(size).indices).filter((edge) => published.has(edge)).length;
const { auroc } = rocCurve(scores, knownEdges);
console.log(
  `of the published circuit's ${size} edges the learned one has ${shared}; area under the ROC curve ${auroc.toFixed(2)}`,
);
for (const owned of [train, test, model]) owned[Symbol.dispose]();

/** Every metric of one circuit on the test prompts: mean, and deviation over prompts. */
async function measured(patched, choice) {
  const runs = await runCircuits(patched, test, choice);
  const row = { size: runs[0].size };
  for (const name of METRICS) {
    const [{ value, deviation }] = await metrics[name].measure(patched, test, runs);
    row[name] = deviation === undefined ? value.toFixed(2) : `${value.toFixed(2)} ± ${deviation.toFixed(2)}`;
  }
  runs[Symbol.dispose]();
  return row;
}
