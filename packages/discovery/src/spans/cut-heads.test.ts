import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PatchableModel } from "@autocircuit/core";
import { PromptLoader } from "@autocircuit/core";
import { type Replacement, Tensor } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { architecture, architectures, unequalPairs } from "../../test/architectures.ts";
import { plainHeads, plainRow, plainScore } from "../../test/plain-heads.ts";
import { CrossingEdges } from "./crossing-edges.ts";
import { PromptSpans, type SpanRange } from "./prompt-spans.ts";
import { runSpanCircuit } from "./run-span-circuit.ts";
import { crossingScores } from "./score-crossings.ts";
import { spanScores } from "./score-spans.ts";
import { SpanCircuit, type SpanEdge } from "./span-circuit.ts";
import { SpanScores } from "./span-scores.ts";
import { loadSpanScores, saveSpanScores } from "./span-scores-file.ts";

const names = Object.keys(architectures);
const spans = new PromptSpans(
  unequalPairs,
  unequalPairs.map(({ clean: { length } }): Record<string, SpanRange> => ({ begin: [0, 2], end: [2, length] })),
);
const allEdges = ({ graph }: PatchableModel): SpanEdge[] =>
  spans.names.flatMap((span) => Array.from({ length: graph.edgeCount }, (_, edge): SpanEdge => [edge, span]));
const allCrossing = ({ graph }: PatchableModel) => {
  const edges = new CrossingEdges(graph, spans.names);
  return Array.from({ length: edges.count }, (_, index) => edges.at(index));
};
const logitsOf = async (model: PatchableModel, circuit: SpanCircuit, ablation: "resample" | "zero" = "resample") =>
  Promise.all(
    (await runSpanCircuit(model, unequalPairs, spans, circuit, { ablation })).map(async (logits) =>
      Array.from(await logits.data(), Number),
    ),
  );
const farthest = (a: number[][], b: number[][]) =>
  Math.max(...a.flatMap((row, i) => row.map((x, j) => Math.abs(x - b[i]![j]!))));

describe("circuits over spans that cut crossing edges", () => {
  it.each(names)("%s: all kept is the full model, none is heads that are ablated", async (name) => {
    using model = architecture(name);
    const { graph } = model;
    const circuit = (edges: SpanEdge[], crossing?: [string, string, string][]) =>
      new SpanCircuit(graph, spans.names, edges, crossing);
    const full = await logitsOf(model, circuit(allEdges(model)));
    const kept = await logitsOf(model, circuit(allEdges(model), allCrossing(model) as [string, string, string][]));
    expect(farthest(kept, full)).toBe(0);
    const headless = allEdges(model).filter(([edge]) => graph.edge(edge as number).src.kind !== "head");
    const ablated = await logitsOf(model, circuit(headless));
    const none = await logitsOf(model, circuit(allEdges(model), []));
    expect(farthest(ablated, full)).toBeGreaterThan(1e-3);
    expect(farthest(none, ablated)).toBeLessThan(1e-10);
    const empty = await logitsOf(model, circuit([]));
    expect(farthest(await logitsOf(model, circuit([], [])), empty)).toBeLessThan(1e-10);
  });

  it.each(names)("%s: part of them is the heads computed by loops", async (name) => {
    using model = architecture(name);
    const { config, graph } = model;
    const crossing = allCrossing(model).filter((_, i) => (i * i + i) % 5 < 2);
    const circuit = new SpanCircuit(graph, spans.names, allEdges(model), crossing);
    expect(circuit.size).toBe(2 * graph.edgeCount + crossing.length);
    expect([...circuit.crossingEdges()]).toEqual(crossing);
    const found = await logitsOf(model, circuit);
    const edges = new CrossingEdges(graph, spans.names);
    for (const [row, pair] of unequalPairs.entries()) {
      using prompts = new PromptLoader([pair], { batchSize: 1 });
      const [{ clean, corrupt }] = prompts.batches as [(typeof prompts.batches)[number]];
      const { length } = pair.clean;
      const replace: Replacement[] = [];
      for (let block = 0; block < config.layers; block++) {
        const own = await plainHeads(model, clean, block, { replace });
        const other = await plainHeads(model, corrupt, block);
        const z = Array.from({ length }, (_, query) =>
          Array.from({ length: config.heads }, (_, head) => {
            const keeps = (input: string, key: number) => {
              const [from, to] = [key, query].map((token) => spans.names[Number(token >= 2)]!) as [string, string];
              return circuit.crossing![edges.index([`A${block}.${head}.${input}`, from, to])] === 1;
            };
            return plainRow(config, block, query, length, {
              score: (key) =>
                plainScore(
                  config,
                  (keeps("Q", key) ? own : other).q[0]![query]![head]!,
                  (keeps("K", key) ? own : other).k[0]![key]![head]!,
                ),
              value: (key) => (keeps("V", key) ? own : other).v[0]![key]![head]!,
            });
          }),
        );
        replace.push({ hook: `blocks.${block}.attn.hook_z`, value: Tensor.from([z], { dtype: "float64" }) });
      }
      const logits = await model.forward(clean, { replace });
      expect(farthest([Array.from(await logits.data(), Number)], [found[row]!])).toBeLessThan(1e-10);
    }
  });

  it("zero ablation cuts to what the heads make of nothing", async () => {
    using model = architecture("GPT-2");
    const circuit = new SpanCircuit(model.graph, spans.names, allEdges(model), []);
    const zeroed = await logitsOf(model, circuit, "zero");
    expect(farthest(zeroed, await logitsOf(model, circuit))).toBeGreaterThan(1e-3);
  });

  it("heads, inputs, spans and forms that there are not are errors", () => {
    using model = architecture("GPT-2");
    const of = (...crossing: unknown[]) => new SpanCircuit(model.graph, spans.names, [], crossing as never);
    expect(() => of(["A0.9.K", "begin", "end"])).toThrow(/no input of a head called "A0.9.K"/);
    expect(() => of(["MLP 0", "begin", "end"])).toThrow(/no input of a head called "MLP 0"/);
    expect(() => of(["A0.0.K", "begin", "lost"])).toThrow(/no span "lost"/);
    expect(() => of(["A0.0.K", "begin"])).toThrow(/Crossing edges are \[input, from, to\]/);
  });
});

describe("scores of both", () => {
  const folder = mkdtemp(join(tmpdir(), "spans-"));
  afterAll(async () => rm(await folder, { recursive: true }));

  it("are chosen from together, and are kept in a file", async () => {
    using model = architecture("Llama");
    const within = await spanScores(model, unequalPairs, spans, { algorithm: "edge-attribution" });
    const crossing = await crossingScores(model, unequalPairs, spans, { algorithm: "edge-attribution" });
    const scores = within.withCrossing(crossing);
    const circuit = scores.circuit(60);
    expect(circuit.size).toBe(60);
    const inside = [...circuit].map(([edge, span]) => Math.abs(scores.get(edge, span)));
    const across = [...circuit.crossingEdges()].map((edge) => Math.abs(crossing.get(...edge)));
    expect(Math.min(inside.length, across.length)).toBeGreaterThan(5);
    const least = Math.min(...inside, ...across);
    const larger = [...scores.values, ...crossing.values].filter((score) => Math.abs(score) > least);
    expect(larger.length).toBeLessThan(60);

    const path = join(await folder, "spans.safetensors");
    await saveSpanScores(path, scores, { seed: 3 });
    const read = await loadSpanScores(path, { graph: model.graph });
    expect(read.values).toEqual(scores.values);
    expect(read.crossing!.values).toEqual(crossing.values);
    expect(read.spans).toEqual(spans.names);
    expect(read.info).toMatchObject({ algorithm: "span-scores", seed: 3 });
    await saveSpanScores(path, within);
    expect((await loadSpanScores(path)).crossing).toBeUndefined();
    using other = architecture("GPT-2");
    await expect(loadSpanScores(path, { graph: other.graph })).rejects.toThrow(/of another graph/);
    await writeFile(path, "not a file of scores");
    await expect(loadSpanScores(path)).rejects.toMatchObject({ code: "bad-file" });
    await expect(loadSpanScores(join(await folder, "none"))).rejects.toMatchObject({ code: "not-found" });
    expect(() => new SpanScores(other.graph, spans.names, new Float32Array(2 * other.graph.edgeCount), {}, crossing)).toThrow(/another graph or other spans/); // biome-ignore format: one line
  });
});
