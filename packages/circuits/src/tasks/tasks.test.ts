import { Circuit, type LoadedTask, PruneScores, runCircuits } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tracrTasks as tasks } from "./registry.ts";
import { tracrReverse } from "./tracr-reverse/tracr-reverse.ts";
import { tracrXproportion } from "./tracr-xproportion/tracr-xproportion.ts";

/** How far the output of the test prompts moves when everything but the edges is ablated. */
async function moved(task: LoadedTask, edges: Iterable<number>, ablation: "resample" | "zero"): Promise<number> {
  const circuit = Circuit.of(task.model.graph, edges);
  const scores = new PruneScores(task.model.graph, circuit.mask());
  using runs = await runCircuits(task.model, task.test, { scores, sizes: [circuit.size], ablation });
  let largest = 0;
  for (const [i, batch] of task.test.batches.entries()) {
    using full = await task.model.forward(batch.clean);
    using difference = runs[0]!.logits[i]!.sub(full).abs().max();
    largest = Math.max(largest, await difference.item());
  }
  return largest;
}

/** Outputs of the clean test prompts, one list of logits a position. */
async function outputs(task: LoadedTask): Promise<number[][][]> {
  const all: number[][][] = [];
  for (const batch of task.test.batches) {
    using logits = await task.model.forward(batch.clean);
    using positions = logits.shape.length === 3 ? logits.clone() : logits.unsqueeze(1);
    all.push(...((await positions.toArray()) as number[][][]));
  }
  return all;
}

const indices = (task: LoadedTask) => task.knownEdges!.map((edge) => edge.index);

describe.each(Object.keys(tasks))("%s", (name) => {
  let task: LoadedTask;
  beforeAll(async () => {
    task = await tasks[name]!.load({ knownCircuit: "compiler" });
  });
  afterAll(() => task[Symbol.asyncDispose]());

  it("uses every prompt, in batches of equal size", () => {
    expect(task.train.dropped + task.test.dropped).toBe(0);
    const all = [...task.train.prompts, ...task.test.prompts];
    expect(all).toHaveLength(tasks[name]!.prompts().prompts.length);
    expect(new Set(all.map(({ clean }) => clean.join(" "))).size).toBe(all.length);
    expect(task.train.seqLen).toBe(tasks[name]!.tokenLabels.length);
  });

  it("has a word for each id of its vocabularies", () => {
    const { tokenText } = tasks[name]!;
    const { dVocab, dVocabOut } = task.model.config;
    const words = (count: number, of: "input" | "output") =>
      Array.from({ length: count }, (_, id) => tokenText!(id, of));
    const input = words(dVocab, "input");
    expect(new Set(input).size).toBe(dVocab);
    expect(input[task.train.prompts[0]!.clean[0]!]).toMatch(/bos$/i);
    expect(tokenText!(dVocab, "input")).toBeUndefined();
    if (dVocabOut > 1) expect(new Set(words(dVocabOut, "output")).size).toBe(dVocabOut);
    expect(tokenText!(1e6, "output")).toBeUndefined();
  });

  it("has a model that gives the right answers", async () => {
    const found = await outputs(task);
    const numbers = task.model.config.dVocabOut === 1;
    task.test.prompts.forEach(({ answers }, i) => {
      found[i]!.forEach((logits, position) => {
        const [answer] = answers[position] as number[];
        if (numbers) expect(Math.abs(logits[0]! - answer!)).toBeLessThan(1e-6);
        else expect(logits.indexOf(Math.max(...logits))).toBe(answer);
      });
    });
  });

  it("keeps its output when everything outside the compiler's circuit is ablated", async () => {
    expect(task.knownEdges!.length).toBeGreaterThan(0);
    expect(task.knownEdges!.length).toBeLessThan(task.model.graph.edgeCount);
    for (const ablation of ["resample", "zero"] as const)
      expect(await moved(task, indices(task), ablation)).toBeLessThan(1e-4);
  });

  it("loses it when the circuit is ablated", async () => {
    const circuit = new Set(indices(task));
    const others = Array.from({ length: task.model.graph.edgeCount }, (_, i) => i).filter((i) => !circuit.has(i));
    expect(await moved(task, others, "resample")).toBeGreaterThan(0.1);
  });
});

describe("tracrReverse", () => {
  it("has the published circuit, by token at positions 1, 2, 4 and 5", async () => {
    await using whole = await tracrReverse();
    expect(whole.knownEdges!.map((edge) => edge.name)).toEqual(
      expect.arrayContaining(["Resid Start->A3.0.V", "A3.0->Resid End"]),
    );
    expect(whole.knownEdgeCount).toBe(2);
    await using byToken = await tracrReverse({ byToken: true });
    expect(byToken.knownEdgeCount).toBe(8);
    expect(new Set(byToken.knownEdges!.map((edge) => edge.token))).toEqual(new Set([1, 2, 4, 5]));
  });

  it("leaves the full model's output by token, unless position 3 is added", async () => {
    await using published = await tracrReverse({ byToken: true });
    expect(await moved(published, indices(published), "resample")).toBeCloseTo(1, 3);
    await using whole = await tracrReverse({ byToken: true, positions: [1, 2, 3, 4, 5] });
    expect(await moved(whole, indices(whole), "resample")).toBeLessThan(1e-5);
  });

  it("needs the ACDC circuit under zero ablation", async () => {
    await using published = await tracrReverse({ knownCircuit: "autocircuit" });
    expect(await moved(published, indices(published), "zero")).toBeGreaterThan(0.5);
    await using acdc = await tracrReverse({ knownCircuit: "acdc" });
    expect(await moved(acdc, indices(acdc), "zero")).toBeLessThan(1e-5);
    // So that is the one it has where zero ablation is coming, unless another is named.
    await using zero = await tracrReverse({ ablation: "zero" });
    expect(indices(zero)).toEqual(indices(acdc));
    await using named = await tracrReverse({ ablation: "zero", knownCircuit: "autocircuit" });
    expect(indices(named)).toEqual(indices(published));
  });

  it("says which circuits there are", async () => {
    await expect(tracrReverse({ knownCircuit: "no such" })).rejects.toThrow(/There is: autocircuit, acdc, compiler/);
  });
});

describe("tracrXproportion", () => {
  it("keeps its output by token with the published circuit", async () => {
    await using task = await tracrXproportion({ byToken: true });
    expect(task.knownEdgeCount).toBe(15);
    expect(await moved(task, indices(task), "resample")).toBeLessThan(1e-5);
  });
});
