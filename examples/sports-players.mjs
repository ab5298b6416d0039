// Where does Pythia-2.8B know which sport an athlete plays? AutoCircuit's experiments `sports_players_full_circuit`, `sports_players_ablate_circuit` and
// `sports_players_probe`: the published circuit alone, the model without it, each under resampling and mean ablation; and, with only what
// looks the name up left alone, what the head that carries the sport would read from the residual stream, block by block.
//
//   npm run example -- sports-players MODEL [PROMPTS] [BATCH]
//
// MODEL has Pythia-2.8B's shape; the weights of the paper are EleutherAI/pythia-2.8b-deduped on the Hugging Face hub (5.7 GB). 200 PROMPTS, 10
// at a time, by default.
import { publishedCircuits, sportsPlayersPrompts } from "@autocircuit/circuits";
import { Circuit, loadPrompts, PromptLoader, runCircuits } from "@autocircuit/core";
import { metrics } from "@autocircuit/metrics";
import { findTokenizer, loadModel, loadParts, readConfig } from "@autocircuit/models";

const [folder, prompts = "200", batch = "10"] = process.argv.slice(2);
const [count, batchSize] = [prompts, batch].map(Number);
if (folder === undefined || !(batchSize >= 1) || !(count >= batchSize) || count % batchSize !== 0) {
  console.error("Say which model: npm run example -- sports-players MODEL [PROMPTS] [BATCH, which divides them]");
  process.exit(2);
}
/** The head that carries the sport to the last token, and the blocks after which the stream is read. */
const HEAD = { block: 16, head: 20 };
const BLOCKS = Array.from({ length: 17 }, (_, i) => i + 2);
const METRICS = ["correct-of-pair-percent", "correct-percent", "answer-prob", "logit-diff"];
const ABLATIONS = ["resample", "tokenwise-mean-clean-and-corrupt"];

const { layers, heads, parallel } = await readConfig(folder);
if (layers !== 32 || heads !== 32 || !parallel) {
  console.error(
    `${folder} has ${layers} blocks of ${heads} heads; the published circuit belongs to Pythia-2.8B: EleutherAI/pythia-2.8b-deduped.`,
  );
  process.exit(2);
}
const tokenizer = await findTokenizer(folder);
if (tokenizer === undefined) {
  console.error(
    `${folder} has no tokenizer, and the prompts are text: put the model's tokenizer.json beside its weights.`,
  );
  process.exit(2);
}
const file = sportsPlayersPrompts({ count, tokenizer });
const { train, test } = await loadPrompts(file, {
  ...{ tokenizer, size: { train: 0, test: count }, batchSize, shuffle: false },
});
const sports = [
  ...new Set(
    test.batches.flatMap(({ prompts }) =>
      prompts.flatMap(({ answers, wrongAnswers }) => [...answers, ...wrongAnswers]),
    ),
  ),
];
// Made first and freed, so that the weights are in memory once.
const reading = await readingOf(folder, sports);
const model = await loadModel(folder, { outputSlice: "last_seq", separateQkv: false });
const byToken = model.withGraph({ byToken: true, seqLen: test.seqLen });
const words = { byToken: true, wordPositions: test.wordPositions };

const circuit = Circuit.of(byToken.graph, publishedCircuits["sports-players-edges"].edges(byToken, words));
const whole = Circuit.where(byToken.graph, () => true);
const none = Circuit.of(byToken.graph, []);
const rest = Circuit.where(byToken.graph, (index) => !circuit.has(index));
const rows = {};
for (const ablation of ABLATIONS) {
  for (const [name, only] of Object.entries({
    nothing: none,
    "the circuit": circuit,
    "all but the circuit": rest,
    everything: whole,
  }))
    rows[`${name}, ${ablation}`] = await measured(only, ablation);
}
console.table(rows);
console.table(await probed());
for (const owned of [train, test, model]) owned[Symbol.dispose]();

/** Every metric of the clean prompts with all but one circuit ablated. */
async function measured(kept, ablation) {
  const runs = await runCircuits(byToken, test, { circuits: [kept], ablation });
  const row = { size: kept.size };
  for (const name of METRICS) {
    const [{ value }] = await metrics[name].measure(byToken, test, runs);
    row[name] = value.toFixed(2);
  }
  runs[Symbol.dispose]();
  return row;
}

/** How often what the head would read after each block, at the end of the name, speaks for the right sport. */
async function probed() {
  const end = test.wordPositions.final_name_tok + 1;
  const names = new PromptLoader(
    test.batches.flatMap(({ prompts }) =>
      prompts.map((pair) => ({ ...pair, clean: pair.clean.slice(0, end), corrupt: pair.corrupt.slice(0, end) })),
    ),
    { batchSize },
  );
  const cut = model.withGraph({ byToken: true, seqLen: end });
  const kept = Circuit.of(
    cut.graph,
    publishedCircuits["sports-players-probe-edges"].edges(cut, {
      ...words,
      wordPositions: { ...test.wordPositions, end: end - 1 },
    }),
  );
  const ablate = Circuit.where(cut.graph, (index) => !kept.has(index));
  const ablation = await cut.ablations(names, "tokenwise-mean-clean-and-corrupt");
  const hooks = BLOCKS.map((block) => `blocks.${block}.hook_resid_post`);
  const said = BLOCKS.map(() => []);
  for (const { clean } of names.batches) {
    const seen = await cut.activations(clean, hooks, { ablate, ablation, positions: [end - 1] });
    for (const [i, hook] of hooks.entries())
      said[i].push(...(await seen.of(hook).select(1, 0).matmul(reading).toArray()));
    seen[Symbol.dispose]();
  }
  const right = names.batches.flatMap(({ prompts }) => prompts.map(({ answers }) => sports.indexOf(answers[0])));
  names[Symbol.dispose]();
  ablation[Symbol.dispose]();
  return Object.fromEntries(
    said.map((values, i) => {
      // Reading is linear: the mean of what is read is what is read of the mean.
      const means = sports.map((_, sport) => values.reduce((sum, row) => sum + row[sport], 0) / values.length);
      const correct = values.filter((row, prompt) => {
        const centred = row.map((value, sport) => value - means[sport]);
        return centred.indexOf(Math.max(...centred)) === right[prompt];
      });
      return [
        `after block ${BLOCKS[i]}`,
        { "right sport": `${((100 * correct.length) / values.length).toFixed(0)} %` },
      ];
    }),
  );
}

/** `[dModel, sports]`: what a vector of the stream, read by the head and written to the end, adds to the logits of the sports. */
async function readingOf(folder, tokens) {
  const { weights } = await loadParts(folder);
  const { block, head } = HEAD;
  const of = (name) => weights.get(`blocks.${block}.attn.${name}`).select(0, head);
  const made = of("W_V").matmul(of("W_O")).matmul(weights.get("unembed.W_U").indexSelect(1, tokens));
  await made.data();
  weights[Symbol.dispose]();
  return made;
}
