import type { PatchableModel, PromptPair, PruneScores } from "@autocircuit/core";
import {
  CrossingScores,
  crossingScores,
  loadSpanScores,
  noCrossing,
  PromptSpans,
  readSpans,
  runSpanCircuit,
  SpanCircuit,
  SpanScores,
  saveSpanScores,
  scoredCrossing,
  scoredSpanEdges,
  spanScores,
  spansOf,
} from "@autocircuit/discovery";
import { Tensor } from "@autocircuit/native";
import type { PublicCall } from "./public-call.ts";

/** Valid calls of what scores edges over spans and inside heads, and of circuits of these. */
export function spanCalls(
  { model }: { model: PatchableModel },
  { graph, values }: PruneScores,
  prompts: readonly PromptPair[],
): Record<string, PublicCall> {
  const path = "no-such-folder/no-such-file";
  const unit = prompts.map(({ clean }) => ({ all: [0, clean.length] as const }));
  const spans = new PromptSpans(prompts, unit);
  const circuit = new SpanCircuit(graph, ["all"], [[0, "all"]]);
  const info = { algorithm: "x", options: {} };
  const scored = new SpanScores(graph, ["all"], values, info);
  const inside = new Float32Array(graph.config.layers * graph.config.heads * 3);
  const crossing = new CrossingScores(graph, ["all"], inside, info);
  return {
    "Transformer.headGradients": {
      takes: { block: 0, gradient: Tensor.zeros([1, 3, 8]) },
      call: (t, o) => model.transformer.headGradients(t.block, t.gradient, o),
    },
    PromptSpans: { takes: { prompts, spans: unit }, call: (t) => new PromptSpans(t.prompts, t.spans) },
    readSpans: { takes: { path }, call: (t) => readSpans(t.path) },
    spansOf: { takes: { schema: { all: [0, null] }, prompts }, call: (t) => spansOf(t.schema, t.prompts) },
    SpanScores: {
      takes: { graph, spans: ["all"], values, crossing },
      call: (t) => new SpanScores(t.graph, t.spans, t.values, info, t.crossing),
    },
    "SpanScores.withCrossing": { takes: { crossing }, call: (t) => scored.withCrossing(t.crossing) },
    CrossingScores: {
      takes: { graph, spans: ["all"], values: inside },
      call: (t) => new CrossingScores(t.graph, t.spans, t.values, info),
    },
    SpanCircuit: {
      takes: { graph, spans: ["all"], edges: [[0, "all"]], crossing: [["A0.0.K", "all", "all"]] },
      call: (t) => new SpanCircuit(t.graph, t.spans, t.edges, t.crossing),
    },
    spanScores: {
      takes: { model, prompts, spans },
      call: (t, o) => spanScores(t.model, t.prompts, t.spans, o),
    },
    crossingScores: {
      takes: { model, prompts, spans },
      call: (t, o) => crossingScores(t.model, t.prompts, t.spans, o),
    },
    noCrossing: {
      takes: { model, algorithm: "eap", options: {} },
      call: (t) => noCrossing(t.model, t.algorithm, t.options),
    },
    runSpanCircuit: {
      takes: { model, prompts, spans, circuit },
      call: (t, o) => runSpanCircuit(t.model, t.prompts, t.spans, t.circuit, o),
    },
    scoredSpanEdges: { takes: { circuit, scores: scored }, call: (t) => scoredSpanEdges(t.circuit, t.scores) },
    scoredCrossing: { takes: { circuit, scores: scored }, call: (t) => scoredCrossing(t.circuit, t.scores) },
    saveSpanScores: {
      takes: { path: "/no-such-folder\0/scores", scores: scored, info: {} },
      call: (t) => saveSpanScores(t.path, t.scores, t.info),
    },
    loadSpanScores: { takes: { path }, call: (t, o) => loadSpanScores(t.path, o) },
  };
}
