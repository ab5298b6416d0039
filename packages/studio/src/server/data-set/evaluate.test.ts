import { tasks, tracrReverse } from "@autocircuit/circuits";
import { ablationTypes, Circuit, runCircuits } from "@autocircuit/core";
import { edgeAttribution } from "@autocircuit/discovery";
import { correctPercent, klDivergence, logitDiff } from "@autocircuit/metrics";
import { describe, expect, it } from "vitest";
import { asItIs, everything, TestStudio } from "../../../test/client.ts";
import { smallModel } from "../../../test/small-model.ts";
import type { EvaluateLine, PromptMeasures, RunAnswer, ScoreSet } from "../../api/index.ts";

const ways = (["tree", "edge"] as const).flatMap((patch) =>
  ablationTypes.map((ablation) => [patch, ablation] as const),
);

function read(lines: readonly EvaluateLine[]) {
  const last = lines.at(-1)!;
  if (last.type !== "done") throw new Error(JSON.stringify(last));
  const rows = lines.flatMap((line) => (line.type === "prompts" ? line.rows : []));
  return { last, rows };
}

describe("the data set", () => {
  it.each(ways)("has the measures that the library gives: %s, %s", async (patch, ablation) => {
    const { model, prompts } = await smallModel();
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const ablated = [3, 50, 90];
    const request = { circuit: everything, ablated, ablation, patch, promptCount: null };
    const { last, rows } = read(await studio.lines<EvaluateLine>("api/evaluate", request));
    const all = Circuit.where(model.graph, () => true);
    const circuits = [all, Circuit.where(model.graph, (edge) => !ablated.includes(edge)), Circuit.of(model.graph, [])];
    using runs = await runCircuits(model, prompts, { circuits, patch, ablation });
    const [kl, difference, correct] = await Promise.all([
      klDivergence(model, prompts, runs),
      logitDiff(model, prompts, runs),
      correctPercent(model, prompts, runs),
    ]);
    const [whole, none] = [last.full.logitDiff!, difference[2]!.value];
    for (const [place, measures] of [last.circuit, last.patched].entries()) {
      expect(Math.abs(measures.kl! - kl[place]!.value)).toBeLessThan(1e-6);
      expect(Math.abs(measures.logitDiff! - difference[place]!.value)).toBeLessThan(1e-6);
      expect(measures.accuracy! * 100).toBeCloseTo(correct[place]!.value, 9);
      const share = (difference[place]!.value - none) / (whole - none);
      expect(Math.abs(measures.faithfulness! - share)).toBeLessThan(1e-6);
    }
    expect([last.full.kl, last.full.faithfulness]).toEqual([0, 1]);
    expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: 10 }, (_, index) => index));
  });

  it("says of each prompt what a run of it alone says", async () => {
    await using task = await tracrReverse();
    const scores = await edgeAttribution(task.model, task.train);
    await using studio = await TestStudio.start(task, { sets: [{ name: "eap", origin: "test", of: scores }] });
    const [set] = await studio.get<ScoreSet[]>("api/score-sets");
    const choice = {
      ...asItIs,
      circuit: { ...everything, scores: set!.id, size: 2 },
      ablated: [scores.top(1)[0]!.index],
    };
    const { rows } = read(await studio.lines<EvaluateLine>("api/evaluate", { ...choice, promptCount: 90 }));
    expect(rows).toHaveLength(90);
    for (const index of [0, 80, 89]) {
      const run = await studio.post<RunAnswer>("api/run", { ...choice, prompt: { index } });
      const row = rows[index] as PromptMeasures;
      for (const name of ["full", "circuit", "patched"] as const) {
        expect(Math.abs(row[name].kl! - run[name].kl!)).toBeLessThan(1e-6);
        expect(Math.abs(row[name].logitDiff! - run[name].logitDiff!)).toBeLessThan(1e-6);
      }
    }
  });

  it("has no measures of tokens where the output is a number", async () => {
    await using task = await tasks["tracr-xproportion"]!.load();
    await using studio = await TestStudio.start(task);
    const { last, rows } = read(await studio.lines<EvaluateLine>("api/evaluate", { ...asItIs, promptCount: 3 }));
    expect(last.full).toEqual({ logitDiff: null, kl: null, accuracy: null, faithfulness: null });
    expect(rows[0]!.full).toEqual({ logitDiff: null, kl: null, correct: null });
    const run = await studio.post<RunAnswer>("api/run", { ...asItIs, prompt: { index: 0 } });
    expect([run.full.top, run.full.kl]).toEqual([[], null]);
    expect(run.full.value).toBeCloseTo(run.circuit.value!, 9);
  });

  it("stops when its page goes away, and others go on", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const abort = new AbortController();
    const response = await studio.send("api/evaluate", { ...asItIs, promptCount: null }, { signal: abort.signal });
    const reader = response.body!.getReader();
    await reader.read();
    abort.abort();
    await expect(reader.read()).rejects.toThrow();
    const { rows } = read(
      await studio.lines<EvaluateLine>("api/evaluate", { ...asItIs, ablated: [5], promptCount: null }),
    );
    expect(rows).toHaveLength(10);
  });

  it("tells of what cannot be run as its last line", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const lines = await studio.lines<EvaluateLine>("api/evaluate", { ...asItIs, ablated: [99_999], promptCount: null });
    expect(lines).toEqual([{ type: "error", code: "bad-input", message: expect.stringContaining("99999") }]);
  });
});
