import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tasks, tracrReversePrompts } from "@autocircuit/circuits";
import { type LoadedTask, PruneScores } from "@autocircuit/core";
import { DiscoveryFiles, findCircuit } from "@autocircuit/discovery";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { run } from "../../test/run-program.ts";
import { SearchFiles } from "./search-files.ts";
import { discoverSettings, fitToGraph } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "stopped-"));
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, "out");
const probing = (epochs: number, ...more: string[]) => [
  ...["discover", "tracr-reverse", "--algorithm", "subnetwork-probing", "--set", `epochs=${epochs}`, "--size", "5"],
  ...["--curve", "none", "--out", out, ...more],
];

/** Runs a command and stops it when it has searched for two seconds, by which it says how long it will take. */
async function stopped(args: string[]) {
  const abort = new AbortController();
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    if (String(text).includes(" steps will take about ")) abort.abort();
    return true;
  });
  const result = await run(args, abort.signal);
  stderr.mockRestore();
  return result;
}

/** The files of a discovery of which the test says how far it is. */
function searchFiles(
  task: LoadedTask,
  out: string,
  how: { signal?: AbortSignal; print?: (line: string) => void } = {},
): SearchFiles {
  const options = { set: [], seed: 0, prependBos: true, factorized: true, separateQkv: true, out };
  const { settings } = fitToGraph(discoverSettings("tracr-reverse", options), task);
  const { signal = new AbortController().signal, print = () => {} } = how;
  return new SearchFiles(task, settings, {
    asked: {},
    model: {},
    abandoned: false,
    signal,
    print,
    command: "discover",
  });
}

describe("a search that is ended without a word", () => {
  /** What a search has while it runs. */
  const searchOf = (scores: PruneScores) => {
    const search = {
      size: scores.graph.edgeCount,
      steps: 0,
      state: () => ({ algorithm: "fewest-edges", asked: "{}", at: { steps: search.steps } }),
      best: () => ({ scores, circuit: scores.circuit(search.size), text: "the best so far" }),
    };
    return search;
  };
  afterEach(() => vi.useRealTimers());

  it("has left each ranking, and the best so far, soon after they were there", async () => {
    await using task = await tasks["tracr-reverse"]!.load();
    const { graph } = task.model;
    const scores = new PruneScores(
      graph,
      Float32Array.from({ length: graph.edgeCount }, (_, edge) => 1 + edge),
    );
    const ranked = { algorithm: "edge-attribution", scores, seconds: 0.4 };
    const at = join(folder, "killed");
    const there = () => (existsSync(at) ? readdirSync(at).toSorted() : []);
    const search = searchOf(scores);
    const best = async () => (await PruneScores.load(join(at, "scores-so-far.safetensors"))).graph.edgeCount;
    const steps = () => JSON.parse(readFileSync(join(at, "search.json"), "utf8")).search.at.steps;
    vi.useFakeTimers();
    using files = searchFiles(task, at);

    vi.advanceTimersByTime(400);
    files.note({ asked: {}, rankings: [ranked], search: undefined });
    vi.advanceTimersByTime(500);
    expect(there()).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(there()).toEqual(["scores-edge-attribution.safetensors", "search.json"]);

    files.note({ asked: {}, rankings: [ranked, { ...ranked, algorithm: "eap-ig-inputs" }], search: undefined });
    expect(there()).toContain("scores-eap-ig-inputs.safetensors");
    files.note({ asked: {}, rankings: [ranked], search });
    expect([there().includes("scores-so-far.safetensors"), steps()]).toEqual([false, 0]);
    Object.assign(search, { size: 9, steps: 1 });
    vi.advanceTimersByTime(1000);
    expect([await best(), steps()]).toEqual([graph.edgeCount, 1]);
    search.steps = 2;
    vi.advanceTimersByTime(5000);
    expect(steps()).toBe(2);

    files.finished([], true);
    expect(there()).toEqual([]);
  });

  it("leaves no file where it ends well within a second", async () => {
    await using task = await tasks["tracr-reverse"]!.load();
    const scores = new PruneScores(task.model.graph);
    const at = join(folder, "short");
    vi.useFakeTimers();
    using files = searchFiles(task, at);
    files.note({ asked: {}, rankings: [{ algorithm: "acdc", scores, seconds: 0.1 }], search: undefined });
    vi.advanceTimersByTime(900);
    files.finished([], true);
    vi.advanceTimersByTime(60_000);
    expect(existsSync(at)).toBe(false);
  });
});

describe("a search that is stopped", () => {
  it("gives and saves the best so far, and goes on from there", { timeout: 60_000 }, async () => {
    const first = await stopped(probing(1_000_000));
    expect(first.code).toBe(130);
    expect(first.out).toContain("subnetwork-probing: scores as trained so far");
    expect(first.out).toMatch(/go on with: autocircuit discover tracr-reverse .*--resume$/m);
    expect(readdirSync(out).toSorted()).toEqual(["scores-so-far.safetensors", "search.json"]);
    const scores = await PruneScores.load(join(out, "scores-so-far.safetensors"));
    expect(scores.values.some((value) => value > 0)).toBe(true);
    const { search } = JSON.parse(readFileSync(join(out, "search.json"), "utf8"));
    expect(search.at.steps).toBeGreaterThan(10);

    const second = await stopped(probing(1_000_000, "--resume"));
    expect(second.code).toBe(130);
    expect(second.out).toContain("going on with where subnetwork-probing stood");
    const later = JSON.parse(readFileSync(join(out, "search.json"), "utf8"));
    expect(later.search.at.steps).toBeGreaterThan(search.at.steps + 10);
  });

  it("goes on with what a program was stopped in", { timeout: 60_000 }, async () => {
    const at = join(folder, "of-a-program");
    const how = { algorithm: "subnetwork-probing", size: 5, options: { epochs: 6 } } as const;
    const files = new DiscoveryFiles(at);
    const abort = new AbortController();
    await using task = await tasks["tracr-reverse"]!.load();
    const program = findCircuit(task, {
      ...{ ...how, signal: abort.signal },
      onChange: (soFar) => files.save(soFar),
      onProgress: ({ done }) => done >= 2 && abort.abort(),
    });
    await expect(program).rejects.toMatchObject({ code: "aborted" });
    expect(readdirSync(at)).toEqual(["search.json"]);

    const command = ["discover", "tracr-reverse", "--algorithm", how.algorithm, "--set", "epochs=6", "--size", "5"];
    const rest = await run([...command, "--curve", "none", "--out", at, "--resume"]);
    expect([rest.code, rest.err]).toEqual([0, ""]);
    expect(rest.out).toContain("going on with where subnetwork-probing stood");
    const { scores } = await findCircuit(task, how);
    expect((await PruneScores.load(join(at, "scores.safetensors"))).values).toEqual(scores.values);
  });

  it("gives and saves what any algorithm has trained so far", { timeout: 60_000 }, async () => {
    const at = join(folder, "pruning");
    const how = [
      "--algorithm",
      "edge-pruning",
      "--set",
      "epochs=1000000",
      "--size",
      "5",
      "--curve",
      "none",
      "--out",
      at,
    ];
    const { code, out: said } = await stopped(["discover", "tracr-reverse", ...how]);
    expect([code, said]).toEqual([130, expect.stringContaining("edge-pruning: scores as trained so far")]);
    const { info } = await PruneScores.load(join(at, "scores-so-far.safetensors"));
    expect(info.algorithm).toBe("edge-pruning");
  });

  it("says that nothing was kept where it had just begun", async () => {
    await using task = await tasks["tracr-reverse"]!.load();
    const abort = new AbortController();
    const said: string[] = [];
    using _files = searchFiles(task, join(folder, "begun"), { signal: abort.signal, print: (line) => said.push(line) });
    abort.abort();
    expect(said).toEqual(["stopped: nothing was kept, as it ran for less than 1 s"]);
    expect(existsSync(join(folder, "begun"))).toBe(false);
  });

  it("says what does not fit: other options, a damaged file, nothing to go on with", async () => {
    expect(existsSync(join(out, "search.json"))).toBe(true);
    const other = await run(probing(1_000_000, "--resume", "--seed", "3"));
    expect(other.code).toBe(2);
    expect(other.err).toContain("of a run with another seed");
    writeFileSync(join(out, "search.json"), "{");
    const damaged = await run(probing(1_000_000, "--resume"));
    expect(damaged.code).toBe(2);
    expect(damaged.err).toContain("is not JSON");
    rmSync(join(out, "search.json"));
    const none = await run(probing(20, "--resume"));
    expect(none.code).toBe(2);
    expect(none.err).toContain("Leave --resume out");
  });

  it("leaves nothing to go on with once it is finished", async () => {
    writeFileSync(join(out, "search.json"), "{}");
    const { code, out: printed } = await run(probing(5));
    expect(code).toBe(0);
    expect(printed).toContain("--resume goes on with it. This one starts anew");
    expect(readdirSync(out).toSorted()).toEqual(["circuit.svg", "report.html", "scores.safetensors"]);
  });
});

describe("--budget and --curve", () => {
  it("a search whose time is over gives what keeps enough, and what goes on from there", async () => {
    const at = join(folder, "budget");
    const json = join(folder, "budget.json");
    const args = ["discover", "tracr-reverse", "--keep", "1", "--algorithm", "random", "--out", at, "--json", json];
    const cut = await run([...args, "--budget", "0.0005"]);
    expect([cut.code, cut.err]).toEqual([0, ""]);
    const { keep } = JSON.parse(readFileSync(json, "utf8"));
    expect(keep.keptCount).toBe(keep.answers);
    expect(existsSync(join(at, "search.json"))).toBe(!keep.complete);
    if (!keep.complete) expect(cut.out).toContain("The search ended with its time (--budget)");
    const whole = await run([...args, ...(keep.complete ? [] : ["--resume"])]);
    expect(whole.code).toBe(0);
    expect(JSON.parse(readFileSync(json, "utf8")).keep.complete).toBe(true);
    expect(existsSync(join(at, "search.json"))).toBe(false);
  });

  it("goes on only with the same answers, model and ways to compute, whatever the budget", {
    timeout: 60_000,
  }, async () => {
    const model = join(folder, "reverse");
    const file = join(folder, "reverse.json");
    const writePrompts = (prompts: readonly object[]) => writeFileSync(file, JSON.stringify({ prompts }));
    const pairs = tracrReversePrompts().slice(0, 40);
    expect((await run(["compile", "reverse", "--out", model])).code).toBe(0);
    writePrompts(pairs);
    const at = join(folder, "same");
    const args = ["discover", "--model", model, "--prompts", file, "--output-slice", "not_first_seq", "--keep", "1"];
    const how = ["--algorithm", "random", "--out", at, "--curve", "none", "--budget", "0.00001"];
    const discover = (...more: string[]) => run([...args, ...how, ...more]);
    expect((await discover()).code).toBe(0);
    expect(existsSync(join(at, "search.json"))).toBe(true);
    const refused = async (says: string, ...more: string[]) =>
      expect(await discover("--resume", ...more)).toMatchObject({ code: 2, err: expect.stringContaining(says) });

    const biases = ["--processing", "fold-value-biases"];
    await refused("another type to compute in (float32 then, float64 now)", "--dtype", "float64");
    await refused("another processing of the weights (the default then, foldValueBiases now)", ...biases);
    await refused("another output slice (not_first_seq then, none now)", "--output-slice", "none");
    await refused("another ablation (resample then, zero now)", "--ablation", "zero");
    await refused("another share to keep (1 then, 0.5 now)", "--keep", "0.5");
    const [first, ...rest] = pairs;
    writePrompts([{ ...first!, wrong_answers: first!.answers }, ...rest]);
    await refused("another set of prompts or answers.");
    writePrompts(pairs);
    const weights = join(model, "model.safetensors");
    const bytes = readFileSync(weights);
    writeFileSync(weights, bytes.with(-1, bytes.at(-1)! ^ 1));
    await refused("another model (its weights or configuration).");
    writeFileSync(weights, bytes);
    const whole = await discover("--resume", "--budget", "1");
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining("going on with") });
  });

  it("are checked", async () => {
    const wrong = await run(["discover", "tracr-reverse", "--budget", "5"]);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("--budget limits the search")]);
    const none = await run(["discover", "tracr-reverse", "--curve", "nothing"]);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining("There is: full, quick, none.")]);
  });

  it("a report without a curve has none", async () => {
    const at = join(folder, "no-curve");
    expect((await run(["discover", "tracr-reverse", "--curve", "none", "--out", at])).code).toBe(0);
    expect(readFileSync(join(at, "report.html"), "utf8")).not.toContain("curve-svg");
  });
});
