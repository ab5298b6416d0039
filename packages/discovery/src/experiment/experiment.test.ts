import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LoadedTask, PromptLoader, PruneScores } from "@autocircuit/core";
import { areaSummary, measureCircuits, similarityMatrices } from "@autocircuit/metrics";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { defaultTaus } from "../acdc/acdc.ts";
import { fittingOptions } from "../find-circuit/fitting-options.ts";
import { groundTruth } from "../ground-truth.ts";
import { maskGradient } from "../mask-gradient.ts";
import { random } from "../random.ts";
import type { TrainedScores } from "../training/trained-scores.ts";
import type { ChosenAlgorithm } from "./experiment-algorithm.ts";
import { ExperimentResults } from "./experiment-results.ts";
import { measureAll } from "./measure-all.ts";
import { type ExperimentStep, runAlgorithms } from "./run-algorithms.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-experiment-"));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "run-"));
});

const named = ["A0.0->A1.1.Q", "A0.1->MLP 0", "MLP 1->Resid End"];
/** A task of a small random model. */
function taskOf(key: string, options: Parameters<typeof randomTask>[0] = {}): LoadedTask {
  const { model, prompts } = randomTask({ promptCount: 4, batchSize: 2, ...options });
  const given = { key, name: key, batchSize: 2, batchCount: 2, model, prompts: "none.json" };
  const knownEdges = named.map((name) => model.graph.edge(model.graph.index(name)));
  return new LoadedTask(given, { model, train: prompts, test: prompts, knownEdges, sharedPrefix: null }, () => {});
}
const tasks = [taskOf("one", { seed: 1 }), taskOf("two", { seed: 2 })];
const [one, two] = tasks as [LoadedTask, LoadedTask];
const probing: ChosenAlgorithm = { algorithm: "subnetwork-probing", key: "SP", options: { epochs: 2 } };
const algorithms = ["Official Circuit", "Edge Answer Logit Diff Gradient At Clean", "random", probing];

describe("runAlgorithms", () => {
  it("gives what the algorithms give, told of each task what they need", async () => {
    const results = await runAlgorithms(tasks, algorithms);
    expect(results.scored.map(({ task, algorithm }) => `${task}/${algorithm}`)).toEqual([
      ...["one/Official Circuit", "one/Edge Answer Logit Diff Gradient At Clean", "one/random", "one/SP"],
      ...["two/Official Circuit", "two/Edge Answer Logit Diff Gradient At Clean", "two/random", "two/SP"],
    ]);
    const truth = await groundTruth(two.model, null, { edges: named });
    expect(results.scoresOf("two", "Official Circuit").values).toEqual(truth.values);
    const gradient = await maskGradient(one.model, one.train, { maskValue: 0 });
    expect(results.scoresOf("one", results.algorithms[1]!.key).values).toEqual(gradient.values);
    expect(results.algorithms[1]).toMatchObject({
      short: "EAP",
      options: { algorithm: "mask-gradient", maskValue: 0 },
    });
    const { history } = results.scored[3]!;
    expect(history!.loss).toHaveLength(4);
    expect(history).toEqual((results.scored[3]!.scores as TrainedScores).history);
    expect(results.knownEdgeCounts()).toEqual({ one: 3, two: 3 });
    expect(() => results.scoresOf("one", "acdc")).toThrow(
      /no scores of acdc on one. There are: Official Circuit on one/,
    );
  });

  it("refuses prompt pairs that are all equal to algorithms that resample", async () => {
    const pairs = one.train.prompts.map((pair) => ({ ...pair, corrupt: pair.clean }));
    const same = new PromptLoader(pairs, { batchSize: 2 });
    const parts = { model: one.model, train: same, test: same, knownEdges: one.knownEdges, sharedPrefix: null };
    const task = new LoadedTask(one.options, parts, () => undefined);
    await expect(runAlgorithms([task], ["edge-attribution"])).rejects.toThrow(
      /^edge-attribution on one: Clean and corrupt are the same in all 4 prompt pairs/,
    );
    const zero: ChosenAlgorithm = { algorithm: "edge-attribution", key: "zero", options: { ablation: "zero" } };
    const results = await runAlgorithms([task], ["random", "ground-truth", zero]);
    expect(results.scored).toHaveLength(3);
    // Before the circuits that could be measured are.
    const measured: unknown[] = [];
    const both = { ablations: ["zero", "resample"], onStep: (step: unknown) => measured.push(step) } as const;
    await expect(measureAll([task], results, both)).rejects.toThrow(/Clean and corrupt are the same in all 4 prompt/);
    expect(measured).toEqual([]);
    await measureAll([task], results, { ...both, ablations: ["zero"] });
    expect(measured).toHaveLength(3);
  });

  it("gives ACDC several thresholds for a curve, where a discovery of one circuit has one", async () => {
    const { taus } = (await runAlgorithms([one], ["acdc"])).scoresOf("one", "acdc").info.options as { taus: unknown };
    expect(taus).toEqual(defaultTaus);
    expect(fittingOptions("acdc", one, { ablation: "resample" }).taus).toEqual([1e-3]);
  });

  it("loads a task when it is its turn, and frees it", async () => {
    const log: string[] = [];
    const lazy = tasks.map((task) => async () => {
      log.push(`load ${task.key}`);
      const { options, model, train, test, knownEdges } = task;
      const parts = { model, train, test, knownEdges, sharedPrefix: null };
      return new LoadedTask(options, parts, () => log.push(`free ${task.key}`));
    });
    await runAlgorithms(lazy, ["random"]);
    expect(log).toEqual(["load one", "free one", "load two", "free two"]);
  });

  it("goes on behind any step, with what was there", async () => {
    const whole = await runAlgorithms(tasks, algorithms);
    const stop = new AbortController();
    const counts: number[] = [];
    for (let first = 1; counts.at(-1) !== 8; first++) {
      const steps: ExperimentStep[] = [];
      const stopper = first < 8 ? new AbortController() : stop;
      const run = runAlgorithms(tasks, algorithms, {
        ...{ folder, signal: stopper.signal },
        onStep: (step) => {
          steps.push(step);
          if (steps.filter(({ kept }) => !kept).length === 3) stopper.abort();
        },
      });
      await run.catch((error) => expect(error.code).toBe("aborted"));
      expect(steps.filter(({ kept }) => kept)).toHaveLength(counts.at(-1) ?? 0);
      counts.push((await ExperimentResults.load(folder)).scored.length);
    }
    expect(counts).toEqual([3, 6, 8]);
    const times = readdirSync(join(folder, "scores")).map((file) => statSync(join(folder, "scores", file)).mtimeMs);
    const again = await runAlgorithms(tasks, algorithms, { folder, onStep: ({ kept }) => expect(kept).toBe(true) });
    for (const [place, { scores, history }] of again.scored.entries()) {
      expect(scores.values).toEqual(whole.scored[place]!.scores.values);
      expect(history).toEqual(whole.scored[place]!.history);
    }
    await again.save(folder);
    expect(readdirSync(join(folder, "scores")).map((file) => statSync(join(folder, "scores", file)).mtimeMs)).toEqual(
      times,
    );
  });

  it("takes algorithms of one's own, and counts parts of steps", async () => {
    const seen: number[] = [];
    const own = {
      ...{ key: "mine", short: "M", options: { shade: 3 } },
      discover: async ({ model }: LoadedTask, { onProgress }: { onProgress?: (part: never) => void }) => {
        onProgress?.({ done: 1, total: 4 } as never);
        return random(model, null, { seed: 9 });
      },
    };
    const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(done / total);
    const results = await runAlgorithms([one], [own as never, "random"], { onProgress });
    expect(results.scoresOf("one", "mine").values).toEqual((await random(one.model, null, { seed: 9 })).values);
    expect(results.algorithms[0]).toEqual({ key: "mine", name: "mine", short: "M", options: { shade: 3 } });
    expect(seen[0]).toBe(1 / 8);
    expect(seen.at(-1)).toBe(1);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "an algorithm there is not",
      () => runAlgorithms([one], ["Tree Probin"]),
      /no algorithm or preset "Tree Probin". Did you mean.*Tree Probing/,
    ],
    ["one twice", () => runAlgorithms([one], ["random", "random"]), /"random" is there twice/],
    ["two tasks of one key", () => runAlgorithms([one, one], ["random"]), /task "one" is there twice/],
    [
      "scores of another graph",
      () => runAlgorithms([one], [{ key: "x", discover: async () => new PruneScores(one.model.graph.byToken(3)) }]),
      /no scores of its model's graph/,
    ],
    ["none of either kind", () => runAlgorithms([one], [{ key: "x" } as never]), /`algorithms`.*\{ key, discover \}/],
  ])("%s is an error", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  it("says which algorithm on which task failed", async () => {
    await expect(runAlgorithms([one], ["random", "Tree Probing"])).rejects.toMatchObject({
      ...{ code: "bad-input", cause: expect.objectContaining({ code: "bad-input" }) },
      message: expect.stringMatching(/^Tree Probing on one: A circuit of \d+ edges is more than the graph has/),
    });
    const cause = new TypeError("boo");
    const own = { key: "own", discover: () => Promise.reject(cause) };
    await expect(runAlgorithms([one], [own])).rejects.toMatchObject({
      ...{ name: "AutocircuitError", message: "own on one: boo", cause },
    });
  });

  it("goes on with the same tasks and options only", async () => {
    await runAlgorithms([one], [probing], { folder });
    const other: ChosenAlgorithm = { ...probing, options: { epochs: 3 } };
    await expect(runAlgorithms([one], [other], { folder })).rejects.toThrow(
      /"SP" with the options.*"epochs":2.*"epochs":3/,
    );
    await expect(runAlgorithms([taskOf("one", { seed: 2 })], [probing], { folder })).rejects.toThrow(
      /"one" is not the one.*training prompts, its test prompts, what its model gives/,
    );
    const nodes = taskOf("one", { seed: 1, byToken: false, separateQkv: true, layers: 3 });
    await expect(runAlgorithms([nodes], [probing], { folder })).rejects.toThrow(/its graph/);
  });
});

describe("measureAll", () => {
  it("measures what measureCircuits measures, and only what is missing", async () => {
    const found = await runAlgorithms([one], ["random", "Official Circuit"], { folder });
    const metrics = ["kl-clean", "correct-percent"] as const;
    const steps: ExperimentStep[] = [];
    const measured = await measureAll([one], found, { metrics, ablations: ["resample", "zero"], folder });
    expect(measured.series).toHaveLength(2 * 2 * 2);
    const direct = await measureCircuits(one.model, one.test, {
      ...{ scores: found.scoresOf("one", "random"), metrics, ablation: "zero" },
      sizes: measured.series.find(({ algorithm }) => algorithm === "random")!.points.map(({ size }) => size),
    });
    const series = (metric: string) =>
      measured.series.find((s) => s.algorithm === "random" && s.ablation === "zero" && s.metric === metric)!;
    expect(series("kl-clean").points).toEqual(
      direct.map(({ size, metrics }) => ({ size, value: metrics["kl-clean"] })),
    );
    expect(series("correct-percent").points[3]).toEqual({
      ...{ size: direct[3]!.size, value: direct[3]!.metrics["correct-percent"] },
      ...direct[3]!.spread["correct-percent"],
    });
    // The known circuit's size is among the default ones; it is the only one of the circuit itself.
    expect(
      measured.series.find(({ algorithm }) => algorithm === "Official Circuit")!.points.map((p) => p.size),
    ).toEqual([3]);

    const loaded = await ExperimentResults.load(folder);
    expect(loaded.series).toEqual(measured.series);
    const more = await measureAll([one], loaded, {
      ...{ metrics: [...metrics, "logit-diff"], ablations: ["resample", "zero"], folder },
      onStep: (step) => steps.push(step),
    });
    expect(steps.every(({ kept }) => !kept)).toBe(true);
    expect(more.series).toHaveLength(12);
    await measureAll([one], more, { metrics: ["logit-diff"], onStep: ({ kept }) => expect(kept).toBe(true) });

    const curves = more.curves("kl-clean", "zero");
    expect(areaSummary(curves, { metric: "kl-clean" }).map(({ algorithm }) => algorithm)).toEqual(["random"]);
    const [matrix] = similarityMatrices(more.scoresByTask(), { knownEdgeCounts: more.knownEdgeCounts() });
    expect(matrix).toMatchObject({ task: "one", size: 3, algorithms: ["random", "Official Circuit"] });
  });

  it("refuses metrics that make no sense for a task, and what does not fit the results", async () => {
    const found = await runAlgorithms([one], ["random"]);
    const measured = await measureAll([one], found, { metrics: ["kl-clean", "kl-clean"], sizes: [0, 5] });
    expect(measured.series.map(({ metric }) => metric)).toEqual(["kl-clean"]);
    await expect(measureAll([one], found, { metrics: ["kl-clean", "answer-max-abs-diff"] })).rejects.toThrow(
      /answer-max-abs-diff cannot be measured on the task "one", whose outputs are logits of tokens, not numbers/,
    );
    for (const nothing of [{ sizes: [] }, { metrics: [] }, { ablations: [] }])
      await expect(measureAll([one], found, nothing)).rejects.toThrow(/a list.*at least one/);
    const usual: unknown[] = [];
    await measureAll([one], found, { sizes: [1], onStep: ({ metrics }) => usual.push(metrics) });
    expect(usual).toEqual([["kl-clean", "max-abs-diff", "logit-diff", "answer-prob", "correct-percent"]]);
    await expect(measureAll([one], measured, { metrics: ["kl-clean"] })).rejects.toThrow(
      /measured at the sizes 0,5, now/,
    );
    await expect(measureAll([two], found)).rejects.toThrow(/no scores on the task "two"/);
    await expect(measureAll([one], {} as never)).rejects.toThrow(/`results` must be ExperimentResults/);
  });
});

describe("the folder", () => {
  it("keeps numbers that JSON has no word for", async () => {
    const found = await runAlgorithms([one], ["random"]);
    const points = [
      { size: 0, value: Number.NaN, deviation: Number.NaN, points: [Number.NaN, Number.NEGATIVE_INFINITY] },
      { size: 1, value: Number.POSITIVE_INFINITY },
    ];
    const common = { task: "one", algorithm: "random", ablation: "zero", patch: "tree", asked: null } as const;
    const results = found.with({ series: [{ ...common, metric: "logit-diff-percent", points }] });
    await results.save(folder);
    expect((await ExperimentResults.load(folder)).series).toEqual(results.series);
    // Algorithms whose names differ in signs only.
    const same = results.with({ scored: [{ ...found.scored[0]!, algorithm: "random!" }] });
    await same.save(folder);
    expect(readdirSync(join(folder, "scores")).sort()).toEqual([
      "one--random-2.safetensors",
      "one--random.safetensors",
    ]);
  });

  it("keeps the scores of each algorithm, however alike their keys", async () => {
    const keys = ["own", "own!", "own 2", "Own", "own-2"];
    const own = keys.map((key, seed) => ({ key, discover: ({ model }: LoadedTask) => random(model, null, { seed }) }));
    const found = await runAlgorithms([one], own, { folder });
    const loaded = await ExperimentResults.load(folder);
    for (const key of keys) expect(loaded.scoresOf("one", key).values).toEqual(found.scoresOf("one", key).values);
    const files = readdirSync(join(folder, "scores")).map((name) => name.toLowerCase());
    expect(new Set(files).size).toBe(keys.length);
  });

  it("is refused where its scores are exchanged", async () => {
    const own = ["a", "b"].map((key, seed) => ({ key, discover: (t: LoadedTask) => random(t.model, null, { seed }) }));
    await runAlgorithms([one], own, { folder });
    const path = join(folder, "experiment.json");
    const json = JSON.parse(readFileSync(path, "utf8"));
    const [a, b] = json.scored;
    writeFileSync(
      path,
      JSON.stringify({
        ...json,
        scored: [
          { ...a, file: b.file },
          { ...b, file: a.file },
        ],
      }),
    );
    await expect(ExperimentResults.load(folder)).rejects.toThrow(
      /one--b\.safetensors: it has the scores of b on one, but is listed as those of a on one/,
    );
  });

  it("is refused where it is not what it says", async () => {
    await (await runAlgorithms([one], ["random"])).save(folder);
    const path = join(folder, "experiment.json");
    const text = readFileSync(path, "utf8");
    const cases: [string, string, RegExp][] = [
      ["autocircuit-experiment", "other", /experiment\.json: it is not the results of an experiment/],
      ['"version":3', '"version":2', /another version/],
      ['"seconds":', '"second":', /`scored` should be a list, each entry scores/],
      ["one--random.safetensors", "../one.safetensors", /`scored`/],
      ['"task":"one","algorithm":"random"', '"task":"five","algorithm":"random"', /task "five", which is not in it/],
      ['"layers":2', '"layers":0', /the graph of the task "one" is malformed/],
      [text.slice(-9), "", /experiment\.json: .*(JSON|line)/],
    ];
    for (const [before, after, message] of cases) {
      expect(text).toContain(before);
      writeFileSync(path, text.replace(before, after));
      await expect(ExperimentResults.load(folder)).rejects.toThrow(message);
    }
    await expect(ExperimentResults.load(join(folder, "nowhere"))).rejects.toMatchObject({ code: "not-found" });
  });
});
