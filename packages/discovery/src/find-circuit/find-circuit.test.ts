import { type Edge, firstPrompts, LoadedTask, PatchableModel, PromptLoader, runCircuits } from "@autocircuit/core";
import { fewestFaithful, logitDiffPercent } from "@autocircuit/metrics";
import { describe, expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import type { EdgePruningScores } from "../edge-pruning/edge-pruning.ts";
import { keptNotes } from "../report/kept-report.ts";
import { selectCircuit } from "../selection/select-circuit.ts";
import { selectExact } from "../selection/select-exact.ts";
import { selectGreedy } from "../selection/select-greedy.ts";
import { selectTop } from "../selection/select-top.ts";
import { ugs } from "../ugs/ugs.ts";
import { discoveryAsked, discoveryDifference } from "./discovery-asked.ts";
import { type FoundCircuit, findCircuit } from "./find-circuit.ts";
import type { FindCircuitOptions, FoundSoFar, ResumedDiscovery } from "./find-circuit-options.ts";
import { startingAlgorithms, tooLong } from "./starting-algorithms.ts";

const { model, prompts } = await withModelAnswers(randomTask({ promptCount: 12, batchSize: 4, seed: 9 }));

function taskWith(knownEdges: readonly Edge[] | null, test = prompts): LoadedTask {
  const definition = { key: "random", name: "random", batchSize: 4, batchCount: 3, model, prompts: { prompts: [] } };
  const parts = { model, train: prompts, test, knownEdges, sharedPrefix: null };
  return new LoadedTask(definition, parts, () => undefined);
}
const open = taskWith(null);

/** Notes without what is said of any ranking's circuit. */
const ownNotes = ({ notes }: FoundCircuit) => notes.filter((note) => !note.includes("edges lead nowhere"));

describe("findCircuit", () => {
  it("takes ACDC on a small graph, and what no threshold removes", async () => {
    const found = await findCircuit(open, { options: { taus: [0.05] } });
    expect(found.algorithm).toBe("acdc");
    expect(found.options).toMatchObject({ taus: [0.05], target: "kl-div", ablation: "resample" });
    expect(found.circuit.indices).toEqual(found.scores.circuitAt(Number.POSITIVE_INFINITY).indices);
    expect(found.rankings).toEqual([found.scores]);
  });

  it("refuses prompt pairs that are all equal where ablated values are resampled", async () => {
    const pairs = prompts.prompts.map((pair) => ({ ...pair, corrupt: pair.clean }));
    const same = new PromptLoader(pairs, { batchSize: 4 });
    const parts = { model, train: same, test: same, knownEdges: null, sharedPrefix: null };
    const task = new LoadedTask(open.options, parts, () => undefined);
    const asked = { algorithm: "edge-attribution", size: 3 } as const;
    await expect(findCircuit(task, asked)).rejects.toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringMatching(/the same in all 24 prompt pairs/) }),
    );
    expect((await findCircuit(task, { ...asked, ablation: "zero" })).circuit.size).toBe(3);
  });

  it("takes as many edges as asked for, as the scores say, or as the known circuit has", async () => {
    const algorithm = "edge-attribution";
    expect((await findCircuit(open, { algorithm, size: 7 })).circuit.size).toBe(7);
    const size = async ({ values }: { values: Float32Array }) => values.length - 20;
    expect((await findCircuit(open, { algorithm, size })).circuit.size).toBe(model.graph.edgeCount - 20);
    const known = taskWith([model.graph.edge(0), model.graph.edge(3), model.graph.edge(5)]);
    expect((await findCircuit(known, { algorithm })).circuit.size).toBe(3);
  });

  it("takes as many edges as keep a share of the logit difference", async () => {
    const progress: string[] = [];
    const found = await findCircuit(open, {
      ...{ algorithm: "edge-attribution", faithful: 0.8 },
      onProgress: ({ step }) => progress.push(step),
    });
    const { size, keptShare } = (await fewestFaithful(model, firstPrompts(prompts, 24), found.scores, { share: 0.8 }))!;
    const heldOut = { keptShare: expect.closeTo(keptShare, 5), promptCount: 12 };
    expect(found.faithful).toEqual({ asked: 0.8, size, keptShare, promptCount: 12, heldOut });
    expect([found.circuit.size, found.size]).toEqual([size, size]);
    expect(keptShare).toBeGreaterThanOrEqual(0.8);
    expect(new Set(progress)).toEqual(new Set(["edge-attribution", "size"]));
  });

  it("says what so many edges keep on prompts by which their number was not chosen", async () => {
    const other = await withModelAnswers({
      model,
      prompts: randomTask({ promptCount: 70, batchSize: 10, seed: 33 }).prompts,
    });
    const asked = { algorithm: "edge-attribution", faithful: 0.8 } as const;
    const { faithful, circuit } = await findCircuit(taskWith(null, other.prompts), asked);
    using few = firstPrompts(other.prompts, 64);
    using runs = await runCircuits(model, few, { circuits: [circuit] });
    const [measured] = await logitDiffPercent(model, few, runs);
    expect(faithful!.heldOut).toEqual({ keptShare: expect.closeTo(measured!.value / 100, 5), promptCount: 64 });
    expect(faithful!.heldOut!.keptShare).not.toBeCloseTo(faithful!.keptShare!, 3);
    using none = new PromptLoader([], { batchSize: 1 });
    expect((await findCircuit(taskWith(null, none), asked)).faithful!.heldOut).toBeNull();
  });

  it("counts the edges that lead nowhere, and leaves them out if asked", async () => {
    const edges = ["Resid Start->A0.0.Q", "Resid Start->Resid End"];
    const asked = { algorithm: "ground-truth", options: { edges }, size: 2 } as const;
    const whole = await findCircuit(open, asked);
    expect(whole.notes).toEqual([
      expect.stringMatching(/^1 of the 2 edges lead nowhere: .* `prune` leaves them out\.$/),
    ]);
    const pruned = await findCircuit(open, { ...asked, prune: true });
    expect([whole.dangling, pruned.dangling]).toEqual([1, 1]);
    expect([...pruned.circuit].map(String)).toEqual(edges.slice(1));
    expect([whole.circuit.indices, pruned.selected.indices]).toEqual([whole.selected.indices, whole.selected.indices]);
    expect(pruned.notes).toEqual([expect.stringMatching(/They are left out, 1 are left\.$/)]);
  });

  it("says which prompt pairs say nothing", async () => {
    const pairs = prompts.prompts.map((pair, i) => (i < 2 ? { ...pair, corrupt: pair.clean } : pair));
    using some = new PromptLoader(pairs, { batchSize: 4 });
    const asked = { algorithm: "random", size: 0 } as const;
    const { notes } = await findCircuit(taskWith(null, some), asked);
    expect(notes).toEqual([expect.stringMatching(/the same in \d+ of 24 prompt pairs: for these, ablated edges/)]);
  });

  it("selects the circuit as it is told to", async () => {
    const asked = { algorithm: "edge-attribution", size: 9, rank: "signed" } as const;
    for (const select of ["top", "greedy", "exact"] as const) {
      const found = await findCircuit(open, { ...asked, select });
      // The scores say what ranked them.
      const selected = await selectCircuit(found.scores, 9, { select });
      expect(selected.circuit.indices).not.toEqual(
        (await selectCircuit(found.scores, 9, { select, rank: "absolute" })).circuit.indices,
      );
      expect([found.select, found.circuit.indices]).toEqual([select, selected.circuit.indices]);
      const dangle =
        found.dangling > 0 ? [expect.stringContaining(`${found.dangling} of the 9 edges lead nowhere`)] : [];
      expect(found.notes).toEqual([...selected.notes, ...dangle]);
      if (select !== "top") expect(found.dangling).toBe(0);
      expect([found.size, found.unproven]).toEqual([9, false]);
    }
    const [saved] = (await findCircuit(open, asked)).rankings;
    for (const select of [selectTop, selectGreedy])
      expect(select(saved!, 9).indices).toEqual(select(saved!, 9, { rank: "signed" }).indices);
    expect((await selectExact(saved!, 9)).indices).toEqual((await selectExact(saved!, 9, { rank: "signed" })).indices);
    // Of a known circuit's size also where the algorithm has one of its own.
    const known = taskWith([model.graph.edge(0), model.graph.edge(3), model.graph.edge(5)]);
    const acdc = { algorithm: "acdc", options: { taus: [0.05] } } as const;
    expect(await findCircuit(known, { ...acdc, rank: "signed" })).toMatchObject({ size: 3, circuit: { size: 3 } });
    const own = await findCircuit(known, acdc);
    expect(own.circuit.size).toBe(own.scores.circuitAt(Number.POSITIVE_INFINITY).size);
    expect(own.size).toBeUndefined();
  });

  it("refuses selections of a size that is looked for, or that nothing heeds", async () => {
    const algorithm = "edge-attribution";
    for (const [options, says] of [
      [{ keep: 0.9, select: "exact" }, /`select: "exact"` .* give `size` instead of `keep`/],
      [{ select: "greedy" }, /by their scores: give `size`\.$/],
      [{ faithful: 0.9, rank: "signed" }, /`rank: "signed"` .* give `size` instead of `faithful`/],
      [{ faithful: 0.9, size: 3 }, /either `size` or `faithful`/],
      [{ size: 3, selectSeconds: 3 }, /limits an exact selection/],
    ] as const)
      await expect(findCircuit(open, { algorithm, ...options })).rejects.toThrow(says);
  });

  it("keeps answers with the best of several rankings, and goes on from those that there are", async () => {
    const seen: FoundSoFar[] = [];
    const steps = new Set<string>();
    const options = { keep: 0.8, tries: 1, seconds: 600 };
    const found = await findCircuit(open, {
      ...options,
      onChange: (soFar) => seen.push({ ...soFar, rankings: [...soFar.rankings] }),
      onProgress: ({ step }) => steps.add(step),
    });
    expect(found.keep!.keptShare).toBeGreaterThanOrEqual(0.8);
    expect(found.keep!.starts.map(({ algorithm }) => algorithm)).toEqual(
      startingAlgorithms(model.graph.edgeCount).map(([name]) => name),
    );
    expect(found.options).toMatchObject({ keep: 0.8, tries: 1 });
    expect(steps).toContain("fewest edges, single edges");
    const { asked, rankings, search } = seen.at(-1)!;
    expect(rankings).toHaveLength(4);
    expect(search!.state().algorithm).toBe("fewest-edges");

    const again = new Set<string>();
    const resumed = await findCircuit(open, {
      ...options,
      resume: { asked, rankings, search: search!.state() },
      onProgress: ({ step }) => again.add(step),
    });
    expect([...again]).toEqual(["fewest edges, the model's answers", "fewest edges, scores"]);
    expect(resumed.circuit.indices).toEqual(found.circuit.indices);
  });

  it("goes on with the rankings that a search began with, whatever the time is now", async () => {
    let soFar: FoundSoFar | undefined;
    const found = await findCircuit(open, { keep: 0.8, tries: 0, onChange: (now) => (soFar = now) });
    const search = soFar!.search!.state();
    // 11 gradients of 100 s are too many for a minute, but are there already.
    const slow = soFar!.rankings.map((ranking) => ({ ...ranking, seconds: 100 }));
    const shorter = await findCircuit(open, {
      ...{ keep: 0.8, tries: 0, seconds: 60 },
      resume: { asked: soFar!.asked, rankings: slow, search },
    });
    expect(shorter.circuit.indices).toEqual(found.circuit.indices);
    expect(shorter.notes).toEqual([]);

    // Where an algorithm had been left out, a longer time does not bring it in.
    const first = slow.filter(({ algorithm }) => algorithm === "edge-attribution");
    let later: FoundSoFar | undefined;
    const onChange = (now: FoundSoFar) => (later = now);
    const limited = { keep: 0.8, tries: 0, seconds: 60 };
    const { asked } = soFar!;
    const short = await findCircuit(open, { ...limited, resume: { asked, rankings: first }, onChange });
    expect(short.notes).toEqual([expect.stringMatching(/^mask-gradient was left out: its 11 gradients/)]);
    const { rankings, search: running } = later!;
    const longer = await findCircuit(open, {
      ...{ ...limited, seconds: 6000 },
      resume: { asked, rankings, search: running!.state() },
    });
    expect(longer.rankings).toHaveLength(3);
    expect(longer.notes).toEqual([
      expect.stringMatching(/mask-gradient was left out, as it was where the search began/),
    ]);
  });

  it("counts the random changes that were made, not those that were asked for", async () => {
    const asked = 1_000_000;
    const found = await findCircuit(open, { algorithm: "random", keep: 0.8, tries: asked, seconds: 1 });
    expect(found.options).toMatchObject({ tries: asked });
    expect(found.keep!.complete).toBe(false);
    expect(found.keep!.tries).toBeLessThan(asked);
    const [, edges] = keptNotes(found.keep!, found.circuit.size, model.graph.edgeCount);
    expect(edges).not.toContain(String(asked));
    const starts = [{ algorithm: "edge-attribution", prefix: 30, size: 30, curve: [] }];
    expect(keptNotes({ ...found.keep!, starts }, 30, model.graph.edgeCount)[1]).toContain(
      "edge-attribution 30, and the time was over before elimination came to fewer",
    );
    if (found.keep!.tries > 1) expect(edges).toContain(`; ${found.keep!.tries} random changes of the smallest`);
  });

  it("says that the model answers nothing right before any ranking is run", async () => {
    const wrong = await withModelAnswers(randomTask({ promptCount: 4 }), (answer) => (answer + 1) % 13);
    using _model = wrong.model;
    const definition = { key: "wrong", name: "wrong", batchSize: 4, batchCount: 1, prompts: { prompts: [] } };
    const parts = {
      model: wrong.model,
      train: wrong.prompts,
      test: wrong.prompts,
      knownEdges: null,
      sharedPrefix: null,
    };
    const task = new LoadedTask({ ...definition, model: wrong.model }, parts, () => undefined);
    const steps: string[] = [];
    const onProgress = ({ step }: { step: string }) => steps.push(step);
    const named = { algorithm: "edge-attribution", keep: 0.9 } as const;
    for (const options of [{ keep: 0.9 }, named, { algorithm: "edge-attribution" } as const])
      await expect(findCircuit(task, { ...options, onProgress })).rejects.toThrow(/none of 8 outputs right/);
    expect(steps).toEqual([]);
    await findCircuit(task, { algorithm: "edge-attribution", size: 3, onProgress });
    expect(steps).toContain("edge-attribution");
  });

  it("leaves out what takes too long", () => {
    const integrated = startingAlgorithms(70_651)[1]!;
    expect(tooLong(integrated, 58, 600)).toMatch(/would take about 638 of the 600 s/);
    expect(tooLong(integrated, 58, 3600)).toBeUndefined();
    expect(tooLong(["activation-magnitude", {}], 58, 600)).toBeUndefined();
    expect(startingAlgorithms(70_651).map(([name]) => name)).not.toContain("acdc");
  });

  it("scores and measures with the ablation that the algorithm's option says", async () => {
    const algorithm = "edge-attribution";
    const found = await findCircuit(open, { algorithm, size: 7, options: { ablation: "zero" } });
    expect(found.ablation).toBe("zero");
    expect(found.scores.values).toEqual((await edgeAttribution(model, prompts, { ablation: "zero" })).values);
    const same = await findCircuit(open, { algorithm, size: 7, ablation: "zero" });
    expect(same.scores.values).toEqual(found.scores.values);
    await expect(
      findCircuit(open, { algorithm, size: 7, ablation: "resample", options: { ablation: "zero" } }),
    ).rejects.toThrow(/is resample, and the algorithm's option `ablation` is zero/);
  });

  it("leaves it to UGS to train what ablated edges take, and says with what the circuit is measured", async () => {
    const options = { optimalAblation: true, epochs: 1, samples: 2 };
    const found = await findCircuit(open, { algorithm: "ugs", size: 7, options });
    expect(found.scores.values).toEqual((await ugs(model, prompts, { ...options, seed: 0 })).values);
    expect(found.options).not.toHaveProperty("ablation");
    expect(found.ablation).toBe("resample");
    expect(ownNotes(found)).toEqual([expect.stringMatching(/trained values .* measured with resample/)]);
    const zero = await findCircuit(open, { algorithm: "ugs", size: 7, options, ablation: "zero" });
    expect(zero.ablation).toBe("zero");
    await expect(
      findCircuit(open, { algorithm: "ugs", size: 7, options: { ...options, ablation: "zero" } }),
    ).rejects.toThrow(/`ablation` does nothing with `optimalAblation`/);
  });

  it("says where faithfulness turns every sign, and not where the model does the task", async () => {
    const about = { algorithm: "eap-ig-inputs", size: 7, options: { loss: "faithfulness" } } as const;
    const wrong = prompts.prompts.map((pair) => ({ ...pair, answers: pair.wrongAnswers, wrongAnswers: pair.answers }));
    const swapped = new PromptLoader(wrong, { batchSize: 4 });
    const worse = Object.create(open, { train: { value: swapped }, test: { value: swapped } }) as LoadedTask;
    const [does, doesNot] = [await findCircuit(open, about), await findCircuit(worse, about)];
    const turned = expect.stringMatching(/^The model's loss of .* is above the .* faithfulness turns every sign/);
    expect([does, doesNot].map(ownNotes)).toEqual([[], [turned]]);
    // As it says: its unit has the other sign.
    const answers = await findCircuit(worse, { ...about, options: {} });
    expect(ownNotes(answers)).toEqual([]);
    const largest = answers.scores.circuit(1).indices[0]!;
    expect(Math.sign(doesNot.scores.values[largest]!)).toBe(-Math.sign(answers.scores.values[largest]!));
  });

  it("says where edge pruning misses the size that it was asked for", async () => {
    const of = async (options: Readonly<Record<string, unknown>>) => {
      const found = await findCircuit(open, { algorithm: "edge-pruning", size: 7, options });
      return { notes: ownNotes(found), ...(found.scores as EdgePruningScores) };
    };
    const missed = await of({ epochs: 2, sparsity: 0.9 });
    const edgeCount = model.graph.edgeCount;
    expect(missed.asked).toBe(Math.round(0.1 * edgeCount));
    expect(missed.notes).toEqual([
      expect.stringMatching(
        `^Edge pruning was to keep ${missed.asked} of ${edgeCount} edges, and its masks keep ${missed.kept.size}:`,
      ),
    ]);
    expect(missed.kept.size).toBeGreaterThan(1.1 * missed.asked!);
    expect(await of({ epochs: 2, sparsity: 1e-6 })).toMatchObject({ asked: edgeCount, notes: [] });
    expect(await of({ epochs: 2, sparsity: 1.2 })).toMatchObject({ asked: null, notes: [] });
  });

  it("refuses what is its own among the algorithm's options, and findings of other graphs", async () => {
    const algorithm = "random";
    await expect(findCircuit(open, { algorithm, size: 7, options: { seed: 5 } })).rejects.toThrow(
      /`seed` is an option of findCircuit itself/,
    );
    const other = randomTask({ promptCount: 4, layers: 1 });
    const scores = await edgeAttribution(other.model, other.prompts);
    const rankings = [{ algorithm, scores, seconds: 1 }];
    const asked = discoveryAsked(open, { algorithm, size: 7 });
    const resumed = (resume: object) => findCircuit(open, { algorithm, size: 7, resume: resume as ResumedDiscovery });
    await expect(resumed({ asked, rankings })).rejects.toThrow(/of another graph/);
    for (const wrong of [[1], [{ algorithm, scores: 5, seconds: 1 }], 3])
      await expect(resumed({ asked, rankings: wrong })).rejects.toThrow(/what an earlier run had found/);
    await expect(resumed({ rankings: [] })).rejects.toThrow(/what an earlier run had found/);
  });

  it.each<[string, FindCircuitOptions]>([
    ["another seed (4 then, 0 now)", { seed: 4 }],
    ["another ablation (zero then, resample now)", { ablation: "zero" }],
    ["another set of options of the algorithm ({loss:answers} then, {} now)", { options: { loss: "answers" } }],
    ["another algorithm (mask-gradient then, edge-attribution now)", { algorithm: "mask-gradient" }],
    ["another size (3 then, 7 now)", { size: 3 }],
  ])("goes on from no ranking of %s", async (says, before) => {
    const asked: FindCircuitOptions = { algorithm: "edge-attribution", size: 7 };
    let soFar: FoundSoFar | undefined;
    const first = await findCircuit(open, { ...asked, ...before, onChange: (now) => (soFar = now) });
    expect(soFar!.asked).toEqual(discoveryAsked(open, { ...asked, ...before }));
    const resume = { asked: JSON.parse(JSON.stringify(soFar!.asked)), rankings: soFar!.rankings };
    await expect(findCircuit(open, { ...asked, resume })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining(`\`resume\` is of a discovery with ${says}.`),
    });
    const again = await findCircuit(open, { ...asked, ...before, resume });
    expect([again.circuit.indices, again.scores.values]).toEqual([first.circuit.indices, first.scores.values]);
  });

  it("goes on from no ranking by other prompts, slices of the output or types to compute in", () => {
    const asked = discoveryAsked(open, { size: 7 });
    const other = Object.create(open, { train: { value: firstPrompts(prompts, 4) } }) as LoadedTask;
    expect(discoveryDifference(asked, discoveryAsked(other, { size: 7 }))).toBe("another set of prompts or answers");
    const sliced = Object.create(open, { model: { value: model.withGraph({ outputSlice: "none" }) } }) as LoadedTask;
    expect(discoveryDifference(asked, discoveryAsked(sliced, { size: 7 }))).toMatch(
      /^another output slice \(.*, none now\)$/,
    );
    const narrow = { ...asked, dtype: "bfloat16" };
    expect(discoveryDifference(narrow, asked)).toBe("another type to compute in (bfloat16 then, float32 now)");
    expect(discoveryDifference({ ...asked, written: "by somebody" }, asked)).toBeUndefined();
  });

  it("goes on from no ranking by other weights of the same shape, and says of which its scores are", async () => {
    const { transformer, outputSlice } = model;
    const found = async (fingerprint: string, resume?: FindCircuitOptions["resume"]) => {
      const told = new PatchableModel({ transformer, outputSlice, fingerprint });
      const task = Object.create(open, { model: { value: told } }) as LoadedTask;
      let soFar: FoundSoFar | undefined;
      const how = { algorithm: "random", size: 7 } as const;
      const { scores } = await findCircuit(task, { ...how, resume, onChange: (now) => (soFar = now) });
      return { info: scores.info, resume: { asked: soFar!.asked, rankings: soFar!.rankings } };
    };
    const { info, resume } = await found("one");
    expect([info.fingerprint, (await found("one", resume)).info.fingerprint]).toEqual(["one", "one"]);
    await expect(found("two", resume)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("another model (its weights or configuration)."),
    });
  });

  it("says what cannot be", async () => {
    await expect(findCircuit(open, { size: 3, keep: 0.9 })).rejects.toThrow(/either `size` or `keep`/);
    await expect(findCircuit(open, { size: 1e6, algorithm: "random" })).rejects.toThrow(/more than the graph has/);
    await expect(findCircuit(open, { keep: 0.9, options: { steps: 2 } })).rejects.toThrow(/name one with `algorithm`/);
    await expect(findCircuit({ model: 1, train: 2, test: 3 } as never)).rejects.toThrow(/a loaded task/);
    await expect(findCircuit(open, { tries: 3 })).rejects.toThrow(/give `keep` too/);
    await expect(findCircuit(open, { algorithm: "acdcc" as never })).rejects.toThrow(/Did you mean acdc/);
    await expect(findCircuit(open, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  });

  it("has the scores of the algorithm alone", async () => {
    const { scores } = await findCircuit(open, { algorithm: "edge-attribution", size: 3 });
    expect(scores.values).toEqual((await edgeAttribution(model, prompts)).values);
  });
});
