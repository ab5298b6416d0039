// How much of the logit difference between the two names do the published circuits of indirect objects keep, template by template? After
// AutoCircuit's single-template experiments: the circuit by heads, the one by edges, and the one by edges that reads MLP 0 alone, each at every
// position or at those of its words, under resampling and mean ablation, and whether the two ablations differ (Welch's t-test).
//
//   npm run example -- ioi-faithfulness MODEL [PROMPTS] [TEMPLATES] [EPOCHS]
//
// MODEL has GPT-2 small's shape; the weights of the paper are openai-community/gpt2 on the Hugging Face hub (548 MB). PROMPTS a template
// (50 by default), the first TEMPLATES of 15 (all by default).
// With EPOCHS (the paper has 200) circuits as large as the published ones are learned too, by circuit probing on eight times as many prompts.
import { IOI_TEMPLATE_COUNT, ioiPrompts, publishedCircuits } from "@autocircuit/circuits";
import { Circuit, loadPrompts, runCircuits } from "@autocircuit/core";
import { circuitProbing } from "@autocircuit/discovery";
import { FullModel, logitDiffPercent, tTest } from "@autocircuit/metrics";
import { gpt2Tokenizer, loadModel, readConfig } from "@autocircuit/models";

const [folder, prompts = "50", templates = String(IOI_TEMPLATE_COUNT), epochs = "0"] = process.argv.slice(2);
const [count, forms, passes] = [prompts, templates, epochs].map(Number);
if (folder === undefined || !(count > 1) || !(passes >= 0) || !(forms >= 1 && forms <= IOI_TEMPLATE_COUNT)) {
  console.error(
    `Say which model: npm run example -- ioi-faithfulness MODEL [PROMPTS, at least 2] [TEMPLATES, 1 to ${IOI_TEMPLATE_COUNT}] [EPOCHS]`,
  );
  process.exit(2);
}

const CIRCUITS = {
  heads: "ioi-head-based-edges",
  edges: "ioi-edges",
  "edges, MLP 0 alone": "ioi-mlp-0-only-edges",
};
const ABLATIONS = ["resample", "tokenwise-mean-corrupt"];

const { layers, heads } = await readConfig(folder);
if (layers !== 12 || heads !== 12) {
  console.error(
    `${folder} has ${layers} blocks of ${heads} heads; the published circuits belong to GPT-2 small, 12 of 12: openai-community/gpt2.`,
  );
  process.exit(2);
}
// The paper's numbers are those of the weights as they are.
const asTheyAre = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };
const model = await loadModel(folder, { ...asTheyAre, outputSlice: "last_seq" });
const tokenizer = model.tokenizer ?? gpt2Tokenizer();

/** Percents of every prompt, by cell. */
const cells = new Map();
const started = performance.now();
for (const order of ["ABBA", "BABA"]) {
  for (let template = 0; template < forms; template++) await measure(order, template);
  console.log(`${order}: ${forms} templates, ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
console.table(Object.fromEntries(Array.from(cells, ([cell, points]) => [cell, summary(points)])));
model[Symbol.dispose]();

/** All circuits under both ablations on one template. */
async function measure(order, template) {
  const learning = passes > 0 ? 8 * count : 0;
  const file = ioiPrompts({ count: count + learning, tokenizer, form: { order, template } });
  const { train, test } = await loadPrompts(file, {
    ...{ tokenizer, size: { train: learning, test: count }, batchSize: count, shuffle: false },
  });
  const full = new FullModel(model, test);
  for (const byToken of [false, true]) {
    const patched = byToken ? model.withGraph({ byToken, seqLen: test.seqLen }) : model;
    for (const [name, key] of Object.entries(CIRCUITS)) {
      const edges = publishedCircuits[key].edges(patched, {
        ...(byToken && { byToken: true, wordPositions: test.wordPositions }),
      });
      const published = Circuit.of(patched.graph, edges);
      const found = {
        [name]: published,
        ...(passes > 0 && { [`learned, as many as ${name}`]: await learned(patched, train, published) }),
      };
      for (const [which, circuit] of Object.entries(found)) {
        for (const ablation of ABLATIONS) {
          const runs = await runCircuits(patched, test, { circuits: [circuit], ablation });
          const [{ points }] = await logitDiffPercent(patched, test, runs, { full, of: "ratios" });
          runs[Symbol.dispose]();
          const cell = `${order}, ${which}, ${byToken ? "its positions" : "every position"}`;
          cells.set(cell, { ...cells.get(cell), [ablation]: [...(cells.get(cell)?.[ablation] ?? []), ...points] });
        }
      }
    }
  }
  for (const owned of [full, train, test]) owned[Symbol.dispose]();
}

/** The circuit of a published one's size that training finds. */
async function learned(patched, prompts, { size }) {
  const scores = await circuitProbing(patched, prompts, {
    ...{ circuitSizes: [size], epochs: passes, learningRate: 0.1, lambda: 0.1, maskFunction: "hard-concrete" },
    ...{ patch: "tree", ablation: "tokenwise-mean-corrupt" },
  });
  return scores.circuit(size);
}

/** Mean and deviation under each ablation, and how likely so large a difference is by chance. */
function summary(points) {
  const text = (values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return `${mean.toFixed(1)} ± ${Math.sqrt(squares / (values.length - 1)).toFixed(1)} %`;
  };
  const [resampled, meaned] = ABLATIONS.map((ablation) => points[ablation]);
  const { pValue } = tTest(resampled, meaned);
  return { resampled: text(resampled), "mean of corrupt prompts": text(meaned), p: pValue.toPrecision(2) };
}
