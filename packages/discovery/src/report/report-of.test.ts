import {
  Circuit,
  defaultCircuitSizes,
  type Edge,
  LoadedTask,
  PatchableModel,
  PromptLoader,
  pruneLatents,
} from "@autocircuit/core";
import { CircuitMeter, rocCurve } from "@autocircuit/metrics";
import { mapAutoencoders } from "@autocircuit/native";
import { circuitSvg, circuitText, reportHtml } from "@autocircuit/report";
import { describe, expect, it } from "vitest";
import { tinyAutoencoders } from "../../../core/test/tiny-autoencoders.ts";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { findCircuit } from "../find-circuit/find-circuit.ts";
import { selectTop } from "../selection/select-top.ts";
import type { MeasuringProgress } from "./circuit-measuring.ts";
import { faithfulText } from "./faithful-text.ts";
import { measureFound } from "./found-measures.ts";
import { modelAccuracy, reportAccuracy } from "./model-accuracy.ts";
import { reportGraph } from "./report-graph.ts";
import { reportOf } from "./report-of.ts";
import { tokenLabelsOf, varyingTokensOf } from "./token-labels.ts";

const { model, prompts } = await withModelAnswers(randomTask({ promptCount: 12, batchSize: 4, seed: 9 }));
const { graph } = model;

function taskWith(knownEdges: readonly Edge[] | null): LoadedTask {
  return taskOf({ model, prompts }, knownEdges);
}

function taskOf({ model, prompts }: ReturnType<typeof randomTask>, knownEdges: readonly Edge[] | null): LoadedTask {
  const definition = { key: "random", name: "random", batchSize: 4, batchCount: 3, model, prompts: { prompts: [] } };
  const parts = { model, train: prompts, test: prompts, knownEdges, sharedPrefix: null };
  return new LoadedTask(definition, parts, () => undefined);
}
const truth = [0, 3, 5, 9].map((index) => graph.edge(index));
const known = taskWith(truth);
const open = taskWith(null);
const attribution = { algorithm: "edge-attribution", options: {} } as const;

describe("measureFound", () => {
  it("has the meter's numbers for both circuits, and the same ones in the table", async () => {
    const found = await findCircuit(known, attribution);
    const { divergence, ablationTable, ablation } = await measureFound(known, found);
    using meter = new CircuitMeter(model, prompts);
    const mine = await meter.measure(found.circuit, "resample");
    const theirs = await meter.measure(Circuit.of(graph, truth), "resample");
    expect(ablation).toBe("resample");
    expect(divergence).toMatchObject({ circuit: mine.divergence, knownCircuit: theirs.divergence, promptCount: 12 });
    expect(ablationTable.map((row) => [row.circuit, row.ablation])).toEqual([
      ["found", "resample"],
      ["found", "zero"],
      ["known", "resample"],
      ["known", "zero"],
    ]);
    expect(ablationTable[0]!.kl).toBe(mine.kl);
    expect(ablationTable[2]!.maxAbsDiff).toBe(theirs.maxAbsDiff);
    expect(ablationTable[3]!.kl).toBe((await meter.measure(Circuit.of(graph, truth), "zero")).kl);
  });

  it.each(["resample", "tokenwise-mean-clean"] as const)("tells how far it is, with %s ablation", async (ablation) => {
    const found = await findCircuit(known, { ...attribution, ablation });
    const told: MeasuringProgress[] = [];
    await measureFound(known, found, { curve: "quick", seconds: 1e-3, onProgress: (progress) => told.push(progress) });
    const circuits = told.filter(({ step }) => step === "circuits");
    // Both circuits with two ablations, and with a third one where the circuit was found with that; 12 prompts each.
    const total = 12 * (ablation === "resample" ? 4 : 6);
    expect(circuits[0]).toEqual({ step: "circuits", done: 0, total });
    expect(circuits.at(-1)).toEqual({ step: "circuits", done: total, total });
    expect(circuits.map(({ done }) => done)).toEqual(circuits.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(told.map(({ step }) => step)).toEqual(told.map(({ step }) => step).toSorted());
  });

  it("draws a curve from the empty circuit to the whole graph, through the one found", async () => {
    const found = await findCircuit(open, { ...attribution, size: 7 });
    const { curve, divergence, roc } = await measureFound(open, found);
    const points = curve!.points;
    expect(points.find(({ size }) => size === 7)!.value).toBe(divergence.circuit);
    expect(points.at(-1)).toMatchObject({ size: graph.edgeCount, series: "edge-attribution" });
    expect(points.at(-1)!.value).toBeLessThan(1e-6);
    expect(roc).toBeUndefined();
  });

  it("gives the circuit's size no place on the curve where it is no beginning of the ranking", async () => {
    const larger = randomTask({ layers: 4, heads: 4, seed: 2 });
    const { graph } = larger.model;
    const open = taskOf(larger, null);
    const { scores } = await findCircuit(open, { ...attribution, size: 1 });
    const usual = new Set(defaultCircuitSizes(graph, scores));
    const size = Array.from({ length: graph.edgeCount }, (_, at) => at).find((at) => !usual.has(at))!;
    const found = await findCircuit(open, { ...attribution, size });
    const odd = scores.circuit(size + 1).indices.slice(1);
    const other = { ...found, circuit: Circuit.of(graph, odd) };
    const sizes = async (of: typeof found) => (await measureFound(open, of)).curve!.points.map(({ size }) => size);
    expect(await sizes(found)).toContain(size);
    expect(await sizes(other)).not.toContain(size);
  });

  it("ranks the curve's circuits, and the edges beside the known ones, as it is asked to", async () => {
    const found = await findCircuit(known, { ...attribution, size: 7 });
    expect(found.scores.values.some((value) => value < 0)).toBe(true);
    const circuit = selectTop(found.scores, 7, { rank: "signed", prune: false });
    const { curve, divergence, roc } = await measureFound(known, { ...found, circuit }, { rank: "signed" });
    using meter = new CircuitMeter(model, prompts);
    for (const { size, value, series } of curve!.points) {
      expect(series).toBe("edge-attribution, signed");
      const best = selectTop(found.scores, size, { rank: "signed", prune: false });
      expect(value).toBeCloseTo((await meter.measure(best, "resample")).divergence, 6);
    }
    const own = curve!.points.find(({ size }) => size === 7)!;
    expect(own.value).toBeCloseTo(divergence.circuit, 6);
    const signed = await measureFound(known, await findCircuit(known, { ...attribution, size: 7, rank: "signed" }));
    expect(signed.curve!.points).toEqual(curve!.points);
    const absolute = await measureFound(known, { ...found, circuit });
    expect(absolute.curve!.points.find(({ size }) => size === 7)!.value).not.toBeCloseTo(own.value, 4);
    // The k-th point of the ranking is the share of the known edges among the first k, and of the others.
    const isKnown = (edge: number) => truth.some(({ index }) => index === edge);
    const first = [...selectTop(found.scores, 3, { rank: "signed", prune: false }).indices];
    const hits = first.filter(isKnown).length;
    const [other, right] = [(3 - hits) / (graph.edgeCount - truth.length), hits / truth.length];
    const passesThere = roc![0]!.points.some(
      ({ falsePositiveRate, truePositiveRate }) =>
        Math.abs(falsePositiveRate - other) + Math.abs(truePositiveRate - right) < 1e-9,
    );
    expect(passesThere).toBe(true);
  });

  it("shows what of the answers is kept where the circuit was looked for by that", async () => {
    const found = await findCircuit(open, { ...attribution, keep: 0.5, tries: 0 });
    const { curve } = await measureFound(open, found);
    expect(curve!.metric).toBe("answers kept");
    expect(curve!.points.at(-1)).toMatchObject({ size: found.circuit.size, value: 100 * found.keep!.keptShare });
  });

  it("says what cannot be", async () => {
    const found = await findCircuit(open, { ...attribution, size: 3 });
    await expect(measureFound(open, found, { curve: "all" as never })).rejects.toThrow(/`curve` .*full.*quick.*none/);
    await expect(measureFound(open, {} as never)).rejects.toThrow(/what findCircuit gives/);
    await expect(measureFound(open, found, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    const { model: other } = randomTask({ seed: 9, layers: 1 });
    const stranger = { name: "other", origin: "", circuit: Circuit.of(other.graph, [other.graph.edge(0)]) };
    await expect(measureFound(open, found, { known: [stranger] })).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("reportOf", () => {
  it("is a report of what was found, without a word from the caller", async () => {
    const found = await findCircuit(known, attribution);
    const report = await reportOf(known, found);
    expect(report).toMatchObject({ title: "random", task: "random", algorithm: "edge-attribution" });
    expect(report.circuit.map(({ edge }) => edge).toSorted()).toEqual([...found.circuit].map(String).toSorted());
    expect(report.accuracy).toEqual(reportAccuracy(await modelAccuracy(known)));
    expect(report.accuracy).toMatchObject({ against: "wrong answers", promptCount: expect.any(Number) });
    expect(report.circuit.every(({ activation }) => activation! > 0)).toBe(true);
    expect(report.known!.edges).toEqual(truth.map(({ name }) => ({ edge: name, token: null })));
    expect(report.roc![0]!.points).toEqual(rocCurve(found.scores, truth).points);
    expect(report.options).toMatchObject({ ablation: "resample" });
    expect(report.seconds).toBe(found.seconds);
    expect(report.versions).toHaveProperty("libtorch");
    expect(await reportHtml(report)).toContain("edge-attribution");
    expect(circuitText(report)).toContain(report.circuit[0]!.edge);
  });

  it("says what the edges keep on prompts by which their number was not chosen", async () => {
    const found = await findCircuit(open, { ...attribution, faithful: 0.9 });
    const { notes } = await reportOf(open, found, { about: { notes: ["first"] } });
    expect(notes.slice(0, 2)).toEqual(["first", faithfulText(found.faithful!)]);
  });

  it("names positions as the prompts' file does, else as the task does", async () => {
    const found = await findCircuit(open, { ...attribution, size: 3 });
    const { test, knownEdges, sharedPrefix } = open;
    const length = open.train.seqLen!;
    const labels = (first: string) => Array.from({ length }, (_, i) => (i === 0 ? first : String(i)));
    const of = (ofFile: readonly string[] | null, ofTask: readonly string[]) => {
      const train = new PromptLoader(open.train.prompts, { batchSize: 4, tokenLabels: ofFile });
      const parts = { model, train, test, knownEdges, sharedPrefix };
      return new LoadedTask({ ...open.options, tokenLabels: ofTask }, parts, () => undefined);
    };
    const named = of(labels("<|BOS|>"), labels("start"));
    expect((await reportOf(named, found)).tokenLabels).toEqual(labels("BOS"));
    expect((await reportOf(of(null, labels("start")), found)).tokenLabels).toEqual(labels("start"));
    expect(tokenLabelsOf(of(null, ["one too few"]))).toBeUndefined();
    expect((await reportOf(named, found, { about: { tokenLabels: labels("mine") } })).tokenLabels![0]).toBe("mine");
  });

  it("names positions by the first prompt's tokens else, and says where other prompts have others", async () => {
    const tokenizer = { encode: () => [], token: (id: number) => `word ${id}` };
    const named = new PatchableModel({ transformer: model.transformer, seqLen: 4, tokenizer });
    const pair = (...clean: number[]) => ({ clean, corrupt: [9, 9, 9, 9], answers: [1], wrongAnswers: [2] });
    const loader = (...pairs: ReturnType<typeof pair>[]) => new PromptLoader(pairs, { batchSize: 1 });
    const train = loader(pair(1, 2, 3, 4), pair(1, 5, 3, 4));
    const test = loader(pair(1, 2, 3, 6));
    const of = (tokenLabels?: readonly string[]) =>
      new LoadedTask({ ...open.options, tokenLabels }, { ...open, model: named, train, test }, () => undefined);
    const found = await findCircuit(of(), { ...attribution, size: 3 });
    expect(await reportOf(of(), found)).toMatchObject({
      tokenLabels: ["word 1", "word 2", "word 3", "word 4"],
      varyingTokens: [1, 3],
    });
    expect(varyingTokensOf(of())).toEqual([1, 3]);
    expect((await reportOf(of([..."abcd"]), found)).varyingTokens).toBeUndefined();
    expect(varyingTokensOf(of([..."abcd"]))).toEqual([]);
  });

  it("takes the caller's words and measures, and adds its own notes to theirs", async () => {
    const found = await findCircuit(open, { ...attribution, keep: 0.5, tries: 0 });
    const measures = await measureFound(open, found, { curve: "none" });
    const report = await reportOf(open, found, { measures, about: { title: "Mine", notes: ["first"], seconds: 3 } });
    expect(report).toMatchObject({ title: "Mine", task: "random", seconds: 3 });
    expect(report.notes[0]).toBe("first");
    expect(report.notes.join("\n")).toMatch(/the full model puts an answer above all other tokens/);
    expect(report.ablationTable).toBe(measures.ablationTable);
    expect(report.known).toBeUndefined();
  });
});

describe("reportOf of latents", () => {
  const { model: plain } = randomTask({ seed: 9 });
  const given = tinyAutoencoders(plain.config, { input: "mlp_out", counts: [7, 7], errors: true });
  const float32 = mapAutoencoders(given, (one) => ({
    ...one,
    ...{ encode: one.encode.to("float32"), bias: one.bias.to("float32") },
    ...{ decode: one.decode.to("float32"), outBias: one.outBias.to("float32") },
  }));
  const withLatents = taskOf({ model: plain.withAutoencoders(float32), prompts }, null);

  it("shows labels beside names, in the page, the picture and the text", async () => {
    const { graph } = withLatents.model;
    const found = await findCircuit(withLatents, { ...attribution, size: graph.edgeCount });
    const labels = { "MLP 0 Latent 3": "years", "MLP 1 Latent 6": "plural nouns" };
    const report = await reportOf(withLatents, found, {
      labels,
      measures: await measureFound(withLatents, found, { curve: "none" }),
    });
    const labelled = report.graph.nodes.sources.filter(({ label }) => label !== undefined);
    expect(Object.fromEntries(labelled.map(({ name, label }) => [name, label]))).toEqual(labels);
    expect(circuitText(report)).toMatch(/MLP 0 Latent 3->Resid End +\S+ +years\n/);
    const page = await reportHtml(report);
    expect(page).toMatch(/MLP 1 Latent 6-&gt;Resid End<\/td>.*plural nouns/s);
    expect(JSON.stringify(report)).toContain("years");
  });

  it("says that numbers are places where each position has latents of its own", async () => {
    const byToken = randomTask({ seed: 9, byToken: true });
    const { autoencoders } = await pruneLatents(byToken.model, float32, byToken.prompts, {
      maxLatents: 3,
      byPosition: true,
    });
    const task = taskOf({ ...byToken, model: byToken.model.withAutoencoders(autoencoders) }, null);
    const found = await findCircuit(task, { ...attribution, size: 40 });
    const report = await reportOf(task, found, { measures: await measureFound(task, found, { curve: "none" }) });
    expect(report.notes).toContainEqual(expect.stringContaining("it is another latent at each"));
    expect(circuitSvg(report)).toContain("another latent at each");
    const usual = await findCircuit(withLatents, { ...attribution, size: 3 });
    const others = await reportOf(withLatents, usual, {
      measures: await measureFound(withLatents, usual, { curve: "none" }),
    });
    expect(others.notes.join()).not.toContain("another latent at each");
  });

  it("refuses labels of what is no latent", async () => {
    const found = await findCircuit(withLatents, { ...attribution, size: 3 });
    const measures = await measureFound(withLatents, found, { curve: "none" });
    await expect(reportOf(withLatents, found, { measures, labels: { "MLP 1": "x" } })).rejects.toMatchObject({
      code: "unknown-name",
    });
    await expect(reportOf(open, found, { labels: { "MLP 1 Latent 0": "x" } })).rejects.toThrow(/no autoencoders/);
    await expect(reportOf(withLatents, found, { labels: "labels.json" as never })).rejects.toThrow(/`labels` must be/);
  });
});

describe("reportOf", () => {
  it("refuses measures that measureFound never gives, and parts of a report that are none", async () => {
    const found = await findCircuit(open, { ...attribution, size: 3 });
    const refused = (options: object, message: RegExp) =>
      expect(reportOf(open, found, options)).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringMatching(message),
      });
    await refused({ measures: {} }, /reportOf: `measures` must be what measureFound gives/);
    await refused({ about: { circuit: 3 } }, /reportOf: `about` must be parts of a report.*`circuit` is one of edges/);
    await refused({ about: { circuit: [{ edge: "Resid Start->MLP 0" }] } }, /`about` must be/);
    await refused({ about: { notes: "one" } }, /`notes` are a list of texts/);
    const measures = await measureFound(open, found);
    const { notes } = await reportOf(open, found, { measures, about: { notes: ["Mine."] } });
    expect(notes[0]).toBe("Mine.");
  });
});

it("reportGraph says what is no graph, and what are no labels", () => {
  for (const wrong of [undefined, null, {}, graph.config])
    expect(() => reportGraph(wrong as never)).toThrow(/reportGraph: `graph` must be a Graph/);
  for (const wrong of [null, ["years"], { "MLP 0 Latent 1": 5 }])
    expect(() => reportGraph(graph, wrong as never)).toThrow(/`labels` must be what latents stand for/);
  expect(reportGraph(graph).edgeCount).toBe(graph.edgeCount);
});
