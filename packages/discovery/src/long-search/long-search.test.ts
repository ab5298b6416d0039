import { firstPrompts, runCircuits } from "@autocircuit/core";
import { correctPercent } from "@autocircuit/metrics";
import { describe, expect, it, vi } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { acdc } from "../acdc/acdc.ts";
import type { DiscoveryOptions } from "../discovery-options.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import { edgePruning } from "../edge-pruning/edge-pruning.ts";
import { fewestEdges } from "../fewest-edges/fewest-edges.ts";
import { subnetworkProbing } from "../probing/subnetwork-probing.ts";
import { random } from "../random.ts";
import { ugs } from "../ugs/ugs.ts";
import type { BestSoFar, ResumableOptions, RunningSearch, SearchState } from "./search-state.ts";

const task = await withModelAnswers(randomTask({ promptCount: 12, batchSize: 4, seed: 9 }));
const { model, prompts } = task;

type Options = DiscoveryOptions & ResumableOptions;
const rankings = [await random(model, null), await edgeAttribution(model, prompts)];
const searches: Record<string, (options: Options) => Promise<ArrayLike<number>>> = {
  acdc: async (options) => (await acdc(model, prompts, { taus: [0.01, 0.05], ...options })).values,
  "subnetwork-probing": async (options) =>
    (await subnetworkProbing(model, prompts, { epochs: 4, learningRate: 0.3, ...options })).values,
  "subnetwork-probing with samples": async (options) => {
    const { values, history } = await subnetworkProbing(model, prompts, {
      ...{ epochs: 4, learningRate: 0.3, maskFunction: "hard-concrete", dropout: 0.1, validation: prompts },
      ...options,
    });
    return [...values, ...history.loss, ...history.validation!.map(({ mean }) => mean)];
  },
  "edge-pruning": async (options) => {
    const settings = { epochs: 4, sparsity: 0.6, initial: 0.5, nodeSparsity: 0.3 };
    const { values, history, kept } = await edgePruning(model, prompts, { ...settings, ...options });
    return [...values, ...history.loss, ...kept.indices];
  },
  "edge-pruning with a warm start": async (options) =>
    (await edgePruning(model, prompts, { epochs: 4, warmStart: "eap-ig-inputs", ...options })).values,
  ugs: async (options) => {
    const settings = { epochs: 4, learningRate: 0.3, optimalAblation: true };
    const { values, history, vectors } = await ugs(model, prompts, { ...settings, ...options });
    return [...values, ...history.loss, ...vectors!];
  },
  "fewest-edges": async (options) =>
    (await fewestEdges(model, prompts, rankings, { keep: 0.8, tries: 3, ...options })).scores.values,
};

/** Runs a search until so many steps were reported, and gives where it stood; undefined where it ended before. */
async function stopped(name: string, reports: number, resume?: SearchState): Promise<SearchState | undefined> {
  const abort = new AbortController();
  let search: RunningSearch | undefined;
  let left = reports;
  let state: SearchState | undefined;
  const run = searches[name]!({
    ...{ resume, signal: abort.signal },
    onSearch: (running) => {
      search = running;
    },
    onProgress: () => {
      if (--left > 0 || state) return;
      state = search!.state();
      abort.abort();
    },
  });
  await run.catch((error) => expect(error).toMatchObject({ code: "aborted" }));
  return state && (JSON.parse(JSON.stringify(state)) as SearchState);
}

describe.each(Object.keys(searches))("%s", (name) => {
  it("goes on to the result that it would have had, wherever it was stopped", async () => {
    let reports = 0;
    const whole = await searches[name]!({ onProgress: () => reports++ });
    for (const share of [0.05, 0.3, 0.55, 0.9]) {
      const state = await stopped(name, Math.max(1, Math.floor(share * reports)));
      expect(state, String(share)).toBeDefined();
      expect(await searches[name]!({ resume: state })).toEqual(whole);
    }
    // Stopped twice.
    const first = await stopped(name, Math.ceil(0.3 * reports));
    const second = (await stopped(name, Math.ceil(0.2 * reports), first)) ?? first;
    expect(await searches[name]!({ resume: second })).toEqual(whole);
  });

  it("goes on at once where it was nearly done", async () => {
    let reports = 0;
    await searches[name]!({ onProgress: () => reports++ });
    const state = await stopped(name, reports - 1);
    let after = 0;
    await searches[name]!({ resume: state, onProgress: () => after++ });
    expect(after).toBeLessThan(reports / 2 + 4);
  });

  it("refuses the state of another search, and a damaged one", async () => {
    const state = (await stopped(name, 3))!;
    const other = { ...state, algorithm: "another" };
    await expect(searches[name]!({ resume: other })).rejects.toThrow(/it is of another, this is/);
    const asked = JSON.stringify({ ...JSON.parse(state.asked), edgeCount: 3 });
    await expect(searches[name]!({ resume: { ...state, asked } })).rejects.toThrow(/edgeCount was 3, now/);
    await expect(searches[name]!({ resume: { ...state, asked: "{" } })).rejects.toThrow(/not JSON/);
    await expect(searches[name]!({ resume: {} as SearchState })).rejects.toThrow(/`resume`/);
  });
});

it("a search goes on from a state that has another name of an algorithm", async () => {
  const state = (await stopped("fewest-edges", 3))!;
  const asked = state.asked.replace('"edge-attribution"', '"eap"');
  expect(asked).not.toBe(state.asked);
  expect(await searches["fewest-edges"]!({ resume: { ...state, asked } })).toEqual(await searches["fewest-edges"]!({}));
});

describe("the best so far", () => {
  it("of ACDC keeps the edges that were not tried", async () => {
    let search: RunningSearch | undefined;
    const abort = new AbortController();
    const run = acdc(model, prompts, {
      ...{ taus: [0.05], signal: abort.signal },
      onSearch: (running) => {
        search = running;
      },
      onProgress: ({ done, total }) => done > total / 2 && abort.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    const whole = await acdc(model, prompts, { taus: [0.05] });
    const { scores, circuit, text } = search!.best();
    for (const [edge, value] of scores.values.entries())
      expect(value === whole.values[edge] || value === Number.POSITIVE_INFINITY).toBe(true);
    expect(circuit!.indices).toEqual(scores.circuitAt(Number.POSITIVE_INFINITY).indices);
    expect(circuit!.size).toBeLessThan(model.graph.edgeCount);
    expect(text).toContain(`${circuit!.size} of ${model.graph.edgeCount} edges are left`);
  });

  it.each([
    ["subnetwork-probing", subnetworkProbing],
    ["edge-pruning", edgePruning],
    ["ugs", ugs],
  ] as const)("of %s is what was trained, and no circuit", async (algorithm, train) => {
    const found: BestSoFar[] = [];
    const scores = await train(model, prompts, {
      epochs: 2,
      onSearch: (search) => found.push(search.best()),
    });
    expect(found).toMatchObject([{ circuit: null, text: "scores as trained so far" }]);
    expect(found[0]!.scores.info).toEqual(scores.info);
    expect(found[0]!.scores.info.algorithm).toBe(algorithm);
  });

  it("of the search for few edges is a circuit that keeps enough", async () => {
    let search: RunningSearch | undefined;
    const sizes: number[] = [];
    const answers: Promise<void>[] = [];
    const need = 0.8 * 12;
    await fewestEdges(model, prompts, rankings, {
      keep: 0.8,
      onSearch: (running) => {
        search = running;
      },
      onProgress: () => {
        const { scores, circuit, text } = search!.best();
        const { size } = circuit!;
        if (sizes.at(-1) === size) return;
        sizes.push(size);
        expect(scores.circuit(size).indices).toEqual(circuit!.indices);
        const whole = size === model.graph.edgeCount;
        expect(text).toContain(whole ? "nothing smaller" : `has ${size} of ${model.graph.edgeCount} edges`);
        const check = async () => {
          using runs = await runCircuits(model, prompts, { scores, sizes: [size] });
          expect(runs[0]!.size).toBe(size);
          const [measured] = await correctPercent(model, prompts, runs);
          expect((measured!.value / 100) * 12).toBeGreaterThanOrEqual(need - 1e-9);
        };
        answers.push(check());
      },
    });
    await Promise.all(answers);
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });
});

describe("fewestEdges with limited time", () => {
  it("has the same result where the time suffices", async () => {
    const options = { keep: 0.8, tries: 2 };
    const whole = await fewestEdges(model, prompts, rankings, options);
    const limited = await fewestEdges(model, prompts, rankings, { ...options, seconds: 600 });
    expect(whole.complete).toBe(true);
    expect(limited.complete).toBe(true);
    expect(limited.scores.values).toEqual(whole.scores.values);
  });

  it("gives a beginning that keeps enough on a few prompts where there is no time for all, and goes on without trying it again", async () => {
    const more = await withModelAnswers(randomTask({ promptCount: 20, batchSize: 4, seed: 9 }));
    using of = more.model;
    const ranking = await edgeAttribution(of, more.prompts);
    const phases = new Set<string>();
    const until = performance.now() + 3000;
    let search: RunningSearch | undefined;
    const found = await fewestEdges(of, more.prompts, ranking, {
      ...{ keep: 0.5, seconds: 3 },
      onSearch: (running) => {
        search = running;
      },
      // The time ends while all prompts are begun with.
      onProgress: ({ phase }) => {
        phases.add(phase);
        while (phase === "the model's answers" && performance.now() < until);
      },
    });
    expect(found).toMatchObject({ complete: false, promptCount: 16, outputs: 16, answers: 16, best: 0, starts: [] });
    expect([...phases]).toEqual(["first prompts", "the model's answers"]);
    expect(found.circuit.size).toBeLessThan(of.graph.edgeCount);
    using few = firstPrompts(more.prompts, 16);
    using runs = await runCircuits(of, few, { circuits: [found.circuit] });
    const [measured] = await correctPercent(of, few, runs);
    expect((measured!.value / 100) * 16).toBeCloseTo(found.keptCount, 6);
    expect(found.keptCount).toBeGreaterThanOrEqual(0.5 * 16);

    const stored = JSON.parse(JSON.stringify(search!.state())) as SearchState;
    const forward = vi.spyOn(of, "forward");
    let ablated = -1;
    const resumed = await fewestEdges(of, more.prompts, ranking, {
      ...{ keep: 0.5, seconds: 600, resume: stored },
      onProgress: ({ phase }) => {
        if (phase === "the model's answers" && ablated < 0)
          ablated = forward.mock.calls.filter(([, options]) => options?.ablate !== undefined).length;
      },
    });
    forward.mockRestore();
    expect(ablated).toBe(0);
    expect(resumed.complete).toBe(true);
  });

  it("gives all edges where there is no time for any size, and stops in the middle of one", async () => {
    const forward = model.forward;
    let ended = Number.POSITIVE_INFINITY;
    let late = 0;
    const spy = vi.spyOn(model, "forward").mockImplementation(async (...args) => {
      if (args[1]?.ablate !== undefined && performance.now() > ended + 200) late++;
      if (args[1]?.ablate !== undefined) await new Promise((resolve) => setTimeout(resolve, 150));
      return forward.apply(model, args);
    });
    const all = await fewestEdges(model, prompts, rankings, { keep: 0.5, seconds: 0.01 });
    expect(all).toMatchObject({ complete: false, promptCount: 12, answers: 12, keptCount: 12, starts: [] });
    expect(all.circuit.size).toBe(model.graph.edgeCount);
    expect(all.scores.circuit(all.circuit.size).indices).toEqual(all.circuit.indices);

    ended = performance.now() + 300;
    await fewestEdges(model, prompts, rankings, { keep: 0.8, seconds: 0.3 });
    spy.mockRestore();
    expect(late).toBe(0);
  });

  it("does not run again what a run before has tried on all prompts, nor anything once its time is over", async () => {
    const only = [rankings[1]!];
    const options = { keep: 0.8, largestBatch: 1 };
    const forward = vi.spyOn(model, "forward");
    const ablated = () => forward.mock.calls.filter(([, given]) => given?.ablate !== undefined).length;
    await fewestEdges(model, prompts, only, options);
    const whole = ablated();
    forward.mockClear();
    let search: RunningSearch | undefined;
    const abort = new AbortController();
    let before = 0;
    const run = fewestEdges(model, prompts, only, {
      ...options,
      signal: abort.signal,
      onSearch: (running) => {
        search = running;
      },
      onProgress: ({ phase, done }) => {
        if (phase !== "sizes" || done !== 12 || before > 0) return;
        before = ablated();
        abort.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    expect(before).toBeGreaterThan(12);
    const stored = JSON.parse(JSON.stringify(search!.state())) as SearchState;
    forward.mockClear();
    await fewestEdges(model, prompts, only, { ...options, resume: stored });
    expect(ablated()).toBeLessThanOrEqual(whole - before);

    // One that has a circuit has nothing to run.
    let late: RunningSearch | undefined;
    await fewestEdges(model, prompts, only, {
      ...options,
      onSearch: (running) => {
        late = running;
      },
    });
    const end = JSON.parse(JSON.stringify(late!.state())) as SearchState;
    forward.mockClear();
    const found = await fewestEdges(model, prompts, only, { ...options, seconds: 1e-6, resume: end });
    expect(ablated()).toBe(0);
    forward.mockRestore();
    using runs = await runCircuits(model, prompts, { circuits: [found.circuit] });
    const [measured] = await correctPercent(model, prompts, runs);
    expect((measured!.value / 100) * 12).toBeCloseTo(found.keptCount, 6);
  });

  it("runs nothing after its time to know what it has found", async () => {
    const { forward } = model;
    const ended = performance.now();
    let late = 0;
    const spy = vi.spyOn(model, "forward").mockImplementation(async (...args) => {
      if (performance.now() - ended > 400) late++;
      await new Promise((resolve) => setTimeout(resolve, 10));
      return forward.apply(model, args);
    });
    const found = await fewestEdges(model, prompts, [rankings[1]!], { keep: 0.8, seconds: 0.4 });
    spy.mockRestore();
    expect(found.complete).toBe(false);
    expect(found.ended).toMatchObject({ phase: expect.any(String), done: expect.any(Number) });
    expect(late).toBeLessThanOrEqual(1);
    using runs = await runCircuits(model, prompts, { circuits: [found.circuit] });
    const [measured] = await correctPercent(model, prompts, runs);
    expect((measured!.value / 100) * 12).toBeCloseTo(found.keptCount, 6);
  });

  it.each([1e-3, 0.02, 0.05, 0.1])("gives what keeps enough after %f s, and goes on from there", async (seconds) => {
    let search: RunningSearch | undefined;
    const found = await fewestEdges(model, prompts, rankings, {
      ...{ keep: 0.8, seconds },
      onSearch: (running) => {
        search = running;
      },
    });
    expect(found.keptCount).toBeGreaterThanOrEqual(0.8 * found.answers - 1e-9);
    expect(found.scores.circuit(found.circuit.size).indices).toEqual(found.circuit.indices);
    if (found.complete) return;
    const resumed = await fewestEdges(model, prompts, rankings, { keep: 0.8, resume: search!.state() });
    expect(resumed.complete).toBe(true);
    expect(resumed.circuit.size).toBeLessThanOrEqual(found.circuit.size);
    for (const edge of resumed.circuit.indices) expect(resumed.scores.values[edge]).toBeGreaterThan(0);
  });
});
