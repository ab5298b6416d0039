import { Circuit, type PatchableModel, PromptLoader, type PruneScores } from "@autocircuit/core";
import {
  cutEffects,
  meanOfMethods,
  measureMib,
  nodeScores,
  selectByShare,
  selectExact,
  selectGreedy,
  selectTop,
} from "@autocircuit/discovery";
import {
  bootstrap,
  bootstrapCircuits,
  crossTaskAblation,
  equivalenceTest,
  fewestFaithful,
  independenceTest,
  jaccardText,
  minimalityTest,
  numberPrompts,
  partialNecessityTest,
  passedAll,
  promptScores,
  scoreIntervals,
  stability,
  sufficiencyTest,
  sureEdges,
  testCaveats,
  testCircuit,
  testNotes,
} from "@autocircuit/metrics";
import type { PublicCall } from "./public-call.ts";
import { spanCalls } from "./span-calls.ts";

/** Valid calls of what is made of methods of attribution, the selections and what is said of them with statistics. */
export function methodCalls(
  on: { model: PatchableModel; prompts: PromptLoader },
  scores: PruneScores,
): Record<string, PublicCall> {
  const drawn = bootstrap([[1], [2]]);
  const tested = { full: [1, 2], circuit: [1, 3], random: [[2, 1]] };
  const pairs = on.prompts.batches.flatMap((batch) => batch.prompts);
  const different = new PromptLoader(
    pairs.map((pair) => ({ ...pair, corrupt: pair.clean.map((token) => (token + 1) % 3) })),
    { batchSize: pairs.length },
  );
  const circuit = Circuit.of(scores.graph, [0]);
  const part = { name: "a task", prompts: on.prompts, circuit };
  const minimal = { circuit: [1], knockedOut: [[1]], inflated: [[1]], inflatedKnockedOut: [[1]] };
  return {
    cutEffects: { takes: on, options: { cuts: [[0]] }, call: (t, o) => cutEffects(t.model, t.prompts, o) },
    meanOfMethods: {
      takes: { model: on.model, prompts: different },
      call: (t, o) => meanOfMethods(t.model, t.prompts, o),
    },
    ...spanCalls(on, scores, pairs),
    passedAll: { takes: { tested: { verdicts: [] } }, call: (t) => passedAll(t.tested) },
    nodeScores: { takes: on, call: (t, o) => nodeScores(t.model, t.prompts, o) },
    selectTop: { takes: { scores, size: 1 }, call: (t, o) => selectTop(t.scores, t.size, o) },
    selectGreedy: { takes: { scores, size: 1 }, call: (t, o) => selectGreedy(t.scores, t.size, o) },
    selectByShare: {
      takes: { scores, size: 1, positive: 0.5 },
      call: (t, o) => selectByShare(t.scores, t.size, t.positive, o),
    },
    selectExact: { takes: { scores, size: 1 }, call: (t, o) => selectExact(t.scores, t.size, o) },
    measureMib: {
      takes: { model: on.model, prompts: different, scores },
      call: (t, o) => measureMib(t.model, t.prompts, t.scores, o),
    },
    bootstrap: { takes: { perPrompt: [[1], [2]] }, call: (t, o) => bootstrap(t.perPrompt, o) },
    bootstrapCircuits: {
      takes: { perPrompt: [[1], [2]] },
      options: { edges: [0], size: 1, sizes: [1] },
      call: (t, o) => bootstrapCircuits(t.perPrompt, o),
    },
    scoreIntervals: { takes: { bootstrap: drawn, kind: "normal" }, call: (t) => scoreIntervals(t.bootstrap, t.kind) },
    sureEdges: {
      takes: { bootstrap: drawn, intervals: scoreIntervals(drawn) },
      call: (t, o) => sureEdges(t.bootstrap, t.intervals, o),
    },
    jaccardText: { takes: { jaccard: 0.5 }, call: (t) => jaccardText(t.jaccard) },
    stability: {
      takes: { bootstrap: drawn, size: 1, rank: "absolute" },
      call: (t) => stability(t.bootstrap, t.size, t.rank),
    },
    equivalenceTest: {
      takes: { full: [1], circuit: [2] },
      call: (t, o) => equivalenceTest(t.full, t.circuit, o),
    },
    independenceTest: { takes: { x: [1, 2], y: [2, 3] }, call: (t, o) => independenceTest(t.x, t.y, o) },
    sufficiencyTest: { takes: tested, call: (t, o) => sufficiencyTest(t.full, t.circuit, t.random, o) },
    partialNecessityTest: {
      takes: { full: [1, 2], without: [1, 3], random: [[2, 1]] },
      call: (t, o) => partialNecessityTest(t.full, t.without, t.random, o),
    },
    numberPrompts: { takes: { prompts: pairs }, call: (t) => numberPrompts(t.prompts) },
    promptScores: {
      takes: { ...on, circuits: [circuit] },
      call: (t, o) => promptScores(t.model, t.prompts, t.circuits, o),
    },
    testCircuit: { takes: { ...on, circuit }, call: (t, o) => testCircuit(t.model, t.prompts, t.circuit, o) },
    testNotes: {
      takes: {
        tested: {
          ...{ score: "logit-diff", verdicts: [], promptCount: 2, distinct: 2, size: 1 },
          means: { full: 1, circuit: 1, without: 0, ablated: 0 },
        },
      },
      call: (t, o) => testNotes(t.tested, o),
    },
    testCaveats: {
      takes: { tested: { verdicts: [], distinct: 2, size: 1 } },
      call: (t, o) => testCaveats(t.tested, o),
    },
    crossTaskAblation: {
      takes: { model: on.model, parts: [part, { ...part, name: "another" }] },
      call: (t, o) => crossTaskAblation(t.model, t.parts, o),
    },
    fewestFaithful: {
      takes: { model: on.model, prompts: different, scores },
      call: (t, o) => fewestFaithful(t.model, t.prompts, t.scores, o),
    },
    minimalityTest: { takes: { scores: minimal }, call: (t, o) => minimalityTest(t.scores, o) },
  };
}
