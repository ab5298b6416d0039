import { join } from "node:path";
import { writePage } from "../lib/assemble.mjs";
import { ROOT } from "../lib/places.mjs";

const NEEDS = { tokens: "tokens as answers", numbers: "numbers as answers", none: "no answers" };

/** The page of metrics: the table of all that go by a name, and what else compares circuits and scores. */
export async function metricsPage() {
  const { metrics } = await import(join(ROOT, "packages", "metrics", "dist", "metrics.js"));
  const rows = Object.entries(metrics).map(
    ([name, { description, unit, answers }]) => `| \`${name}\` | ${description} | ${unit} | ${NEEDS[answers]} |`,
  );
  writePage("metrics.md", `${BEFORE}\n${rows.join("\n")}\n\n${AFTER}`);
}

const BEFORE = `# Metrics

What a circuit is measured by. Each takes the outputs of circuits that were run (\`runCircuits\`) and gives one number a circuit; \`perPrompt\` gives each
prompt's. \`measure --metrics NAME\`, sweeps (\`measure: { metrics: [...] }\`) and \`measureCircuits\` take them by name, and each is a function of
\`@autocircuit/metrics\` as well.

| name | what it is | unit | needs |
| --- | --- | --- | --- |`;

const AFTER = `Which to take? \`kl-clean\` asks whether the circuit's output is the model's, whatever that is. \`logit-diff-percent\` asks for one behaviour: how much of the
difference between right and wrong answers is left; it is what most papers call faithfulness, and may exceed 100 %. \`correct-of-pair-percent\` is
coarse and robust. Percentages of a mean are not means of percentages: the names ending in \`mean-of-ratios\` are the latter, and one prompt whose
full difference is near 0 can rule them.

## Curves

| what | function | what it says |
| --- | --- | --- |
| area under a curve | \`areaSummary\`, \`areaUnderCurve\` | how soon circuits do what the model does, between the empty circuit and the whole graph |
| MIB's CPR and CMD | \`mibScores\`, \`mibSizes\`, \`measure --mib\` | area under faithfulness, and its distance from 1, at ten sizes |
| the fewest edges | \`fewestFaithful\` | the smallest measured size that keeps a share |

## Beside a known circuit

| what | function |
| --- | --- |
| ROC and its area | \`rocCurve\` (every threshold), \`rocAtSizes\` (chosen sizes) |
| precision, recall, average precision | \`precisionRecall\`, \`averagePrecision\` |
| edges found, missed, extra | \`compareEdgeSets\` |

## Two rankings

\`scoreOverlap\` (Jaccard's index and AutoCircuit's overlap of the best n), \`rankSimilarity\` (Spearman), \`similarityMatrices\` for many at once.

## How sure

\`bootstrapCircuits\` draws the prompts again; \`scoreIntervals\` gives each score's limits (in the unit of a method's scores where
\`bootstrap\` is given these as \`scores\`), \`stability\` how alike the circuits are, \`sureEdges\` those that are
nearly always there. \`testCircuit\` makes five tests of the hypothesis that some edges are the circuit: equivalence, independence, minimality,
sufficiency and partial necessity. \`sameUnderKnockouts\` asks for completeness: whether circuit and model answer alike when parts of the circuit are
cut in both.
`;
