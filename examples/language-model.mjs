// What three behaviours of a language model are made of: who gets the drink (indirect objects), which year comes later, and which city is
// the capital. For each: does the model do it, which edges and heads carry it, how much of the logit difference do the best of them keep,
// and do two methods agree?
//
//   node examples/language-model.mjs FOLDER [PICTURES]
//
// FOLDER is any model that reads text, such as SmolLM2-135M (30 blocks of 9 heads; about a minute on two cores). Pictures of the
// circuits are written into PICTURES, if it is given.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { textDataSets } from "@autocircuit/circuits";
import { loadPrompts, runCircuits } from "@autocircuit/core";
import { eapIgInputs, edgeAttribution } from "@autocircuit/discovery";
import { correctOfPairPercent, FullModel, logitDiff, logitDiffPercent, scoreOverlap } from "@autocircuit/metrics";
import { loadModel } from "@autocircuit/models";
import { circuitSvg } from "@autocircuit/report";

const [folder, pictures] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Say which model: node examples/language-model.mjs FOLDER [PICTURES]");
  process.exit(2);
}

const TASKS = { ioi: "indirect objects", greaterthan: "greater-than", "capital-cities": "capital cities" };
/** Prompt pairs to find edges with, and others to measure on. */
const PROMPTS = { train: 16, test: 16 };
const SIZES = [300, 1000, 3000, 10000];
/** Edges of the circuit that is drawn, and whose heads are named. */
const DRAWN = 300;

const METHODS = {
  "edge attribution": (model, prompts) => edgeAttribution(model, prompts),
  // EAP-IG: gradients at five points between the corrupt prompt's embeddings and the clean one's.
  "integrated gradients": (model, prompts) => eapIgInputs(model, prompts, { steps: 5 }),
};

const model = await loadModel(folder, { outputSlice: "last_seq" });
const { layers, heads } = model.config;
console.log(`${basename(resolve(folder))}: ${layers} blocks of ${heads} heads, ${model.graph.edgeCount} edges`);
const started = performance.now();
for (const [name, title] of Object.entries(TASKS)) await story(name, title);
model[Symbol.dispose]();
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);

/** All of it about one behaviour. */
async function story(name, title) {
  const { tokenizer } = model;
  const { prompts } = textDataSets[name]({ tokenizer, count: PROMPTS.train + PROMPTS.test });
  const { train, test } = await loadPrompts({ prompts }, { tokenizer, size: PROMPTS, batchSize: PROMPTS });
  const full = new FullModel(model, test);
  const alone = [{ size: model.graph.edgeCount, logits: await full.logits("clean") }];
  const [right] = await correctOfPairPercent(model, test, alone);
  const [difference] = await logitDiff(model, test, alone);
  console.log(`\n${title}: "${prompts[0].clean}" ->"${prompts[0].answers.join('", "')}"`);
  console.log(
    `  the model alone: right answer above the wrong ones in ${right.value.toFixed(0)} % of ${test.promptCount} prompts, ` +
      `logit difference ${difference.value.toFixed(2)}`,
  );
  const found = {};
  for (const [method, discover] of Object.entries(METHODS)) {
    const before = performance.now();
    const scores = await discover(model, train);
    const seconds = (performance.now() - before) / 1000;
    const runs = await runCircuits(model, test, { scores, sizes: SIZES });
    const kept = await logitDiffPercent(model, test, runs, { full });
    runs[Symbol.dispose]();
    const shares = kept.map(({ size, value }) => `${size} edges ${value.toFixed(0)} %`).join(", ");
    console.log(`  ${method}, ${seconds.toFixed(1)} s, keeps: ${shares}`);
    found[method] = scores;
  }
  for (const owned of [full, train, test]) owned[Symbol.dispose]();
  const [first, second] = Object.values(found);
  const [{ overlap }] = scoreOverlap(first, second, [DRAWN]);
  console.log(`  of the ${DRAWN} best edges both have ${(100 * overlap).toFixed(0)} %`);
  console.log(`  heads: ${strongestHeads(first).join(", ")}`);
  if (pictures !== undefined) draw(name, `${title} in ${basename(resolve(folder))}`, first);
}

/** Heads by the scores of the edges that they write, best first. */
function strongestHeads(scores) {
  const sums = new Map();
  for (const edge of scores.circuit(DRAWN)) {
    if (edge.src.head === null) continue;
    sums.set(edge.src.name, (sums.get(edge.src.name) ?? 0) + Math.abs(scores.values[edge.index]));
  }
  const best = [...sums].sort((a, b) => b[1] - a[1]).slice(0, 8);
  return best.map(([head, sum]) => `${head} (${sum.toPrecision(2)})`);
}

/** The picture of the best edges, folded to a screen. */
function draw(name, title, scores) {
  const { graph } = model;
  const circuit = [...scores.circuit(DRAWN)].map(({ name: edge, token, index }) => ({
    ...{ edge, token, score: scores.values[index] },
  }));
  const { attnOnly, parallel } = graph.config;
  const svg = circuitSvg({
    ...{ title, task: title, algorithm: "edge attribution", options: {}, circuit, notes: [], versions: {} },
    graph: {
      ...{ layers, heads, attnOnly, parallel, edgeCount: graph.edgeCount, seqLen: graph.seqLen },
      nodes: { sources: graph.sources, destinations: graph.destinations },
    },
    ...{ seconds: 0, peakMemoryBytes: 0 },
  });
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(pictures, `${name}.svg`), svg);
}
