import { LoadedTask, PromptLoader } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { findSpanCircuit, type SpanProgress } from "./find-span-circuit.ts";
import { measureSpanCircuit } from "./measure-span-circuit.ts";
import { crossingScores } from "./score-crossings.ts";
import { spanScores } from "./score-spans.ts";
import { SpanCircuit } from "./span-circuit.ts";
import { spansOf } from "./spans-file.ts";

const { model, prompts } = randomTask({ seed: 4, promptCount: 6 });
const schema = { begin: [0, 2], end: [2, null] } as const;
const some = (from: number, to: number, same = false) =>
  new PromptLoader(
    prompts.prompts.slice(from, to).map((pair) => (same ? { ...pair, corrupt: pair.clean } : pair)),
    { batchSize: 2 },
  );

function taskOf(train: PromptLoader, test: PromptLoader): LoadedTask {
  const definition = { key: "random", name: "random", batchSize: 2, batchCount: 2, model, prompts: { prompts: [] } };
  return new LoadedTask(definition, { model, train, test, knownEdges: null, sharedPrefix: null }, () => undefined);
}
const task = taskOf(some(0, 4), some(4, 6));

describe("findSpanCircuit", () => {
  it("takes the best of the edges in spans and inside heads, and measures them on the prompts to measure on", async () => {
    const seen: SpanProgress[] = [];
    const options = { loss: "kl-div", steps: 3 };
    const found = await findSpanCircuit(task, schema, 9, {
      ...{ options, aggregation: "max-abs" },
      onProgress: (progress) => seen.push(progress),
    });
    const pairs = task.train.prompts;
    const spans = spansOf(schema, pairs);
    const shared = { aggregation: "max-abs", loss: "kl-div", ablation: "resample" } as const;
    const within = await spanScores(model, pairs, spans, { ...shared, algorithmOptions: { steps: 3 } });
    const scores = within.withCrossing(await crossingScores(model, pairs, spans, { ...shared, steps: 3 }));
    expect(found.scores.values).toEqual(scores.values);
    expect(found.scores.crossing!.values).toEqual(scores.crossing!.values);
    expect([...found.circuit]).toEqual([...scores.circuit(9)]);
    expect(found).toMatchObject({ algorithm: "eap-ig-inputs", ablation: "resample", notes: [] });
    expect(new Set(seen.map(({ step }) => step))).toEqual(new Set(["edges in spans", "edges inside heads"]));
    const ofTest = spansOf(schema, task.test.prompts);
    expect(found.divergence).toEqual(await measureSpanCircuit(task, ofTest, found.circuit));
    expect(found.divergence.promptCount).toBe(2);
    expect(found.divergence.circuit).toBeGreaterThan(1e-6);
    const everything = new SpanCircuit(model.graph, ["begin", "end"], everyEdge());
    expect((await measureSpanCircuit(task, ofTest, everything)).circuit).toBeLessThan(1e-9);
    const alone = await findSpanCircuit(taskOf(some(0, 4), some(0, 0)), schema, 9);
    expect(alone.divergence.promptCount).toBe(4);
  });

  it("says which edges an algorithm leaves in", async () => {
    const { circuit, scores, notes } = await findSpanCircuit(task, schema, 9, { algorithm: "information-flow-routes" });
    expect(notes).toEqual([
      expect.stringMatching(/^Edges inside heads have no scores by information-flow-routes: it takes no gradients/),
    ]);
    expect([scores.crossing, circuit.crossing]).toEqual([undefined, null]);
  });

  it("refuses what cannot be before anything is scored", async () => {
    const onProgress = () => expect.unreachable();
    const most = 2 * model.graph.edgeCount;
    const large = findSpanCircuit(task, schema, most + 1, { algorithm: "exact", onProgress });
    await expect(large).rejects.toThrow(
      `\`size: ${most + 1}\` is more than there is over these spans: give at most ${most}.`,
    );
    const equal = taskOf(some(0, 4, true), some(4, 6, true));
    await expect(findSpanCircuit(equal, schema, 3, { onProgress })).rejects.toThrow(/same in all 6 prompt pairs/);
    const gap = { begin: [0, 1], end: [2, null] } as const;
    await expect(findSpanCircuit(task, gap, 3, { onProgress })).rejects.toThrow(/no span has token 1/);
  });
});

function everyEdge() {
  return ["begin", "end"].flatMap((span) => Array.from(model.graph.edges(), ({ index }) => [index, span] as const));
}
