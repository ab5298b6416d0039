import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LoadedTask } from "@autocircuit/core";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { random } from "../random.ts";
import { ExperimentResults } from "./experiment-results.ts";
import { measureAll } from "./measure-all.ts";
import { runAlgorithms } from "./run-algorithms.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-results-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "run-"));
});

function taskOf(key: string): LoadedTask {
  const { model, prompts } = randomTask({ promptCount: 4, batchSize: 2, seed: 1 });
  const given = { key, name: key, batchSize: 2, batchCount: 2, model, prompts: "none.json" };
  return new LoadedTask(
    given,
    { model, train: prompts, test: prompts, knownEdges: null, sharedPrefix: null },
    () => {},
  );
}
const [one, two] = [taskOf("one"), taskOf("two")] as const;
const own = (key: string, seed: number) => ({
  ...{ key, options: {} },
  discover: ({ model }: LoadedTask) => random(model, null, { seed }),
});
const [a, b, c] = [own("a", 1), own("b", 2), own("c", 3)] as const;
const few = { metrics: ["kl-clean"], sizes: [1, 3] } as const;

async function inFolder(): Promise<string[]> {
  const { scored, series } = await ExperimentResults.load(folder);
  return [
    ...scored.map(({ task, algorithm }) => `${task}/${algorithm}`),
    ...series.map(({ task, algorithm, metric }) => `${metric} of ${task}/${algorithm}`),
  ];
}

const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

/** A process that saves the scores of one algorithm after the other into the folder, as soon as `go` is there. */
async function saving(name: string, count: number): Promise<{ ended: Promise<number | null> }> {
  const program = `
    import { existsSync } from "node:fs";
    import { Graph, PruneScores } from "@autocircuit/core";
    import { ExperimentResults } from ${JSON.stringify(built)};
    const graph = Graph.of({ layers: 1, heads: 2, attnOnly: true, parallel: false });
    const task = { key: "t", name: "t", graph: graph.config, edgeCount: graph.edgeCount, knownEdges: null, dtype: "float32", train: [], test: [], outputs: [] };
    console.log("ready");
    while (!existsSync(${JSON.stringify(join(root, "go"))})) await new Promise((resolve) => setTimeout(resolve, 1));
    for (let each = 0; each < ${count}; each++) {
      const key = ${JSON.stringify(name)} + each;
      const algorithms = [{ key, name: key, short: key, options: {} }];
      const scored = [{ task: "t", algorithm: key, scores: new PruneScores(graph), seconds: 0 }];
      await new ExperimentResults({ tasks: [task], algorithms, scored }).save(${JSON.stringify(folder)});
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    ...{ stdio: ["ignore", "pipe", "inherit"], cwd: fileURLToPath(new URL("../..", import.meta.url)) },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await new Promise((resolve) => child.stdout!.once("data", resolve));
  return { ended };
}

describe("results in a folder stay", () => {
  it("where processes save at once", async () => {
    const processes = await Promise.all(["x", "y", "z"].map((name) => saving(name, 12)));
    writeFileSync(join(root, "go"), "");
    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const names = ["x", "y", "z"].flatMap((name) => Array.from({ length: 12 }, (_, each) => `t/${name}${each}`));
    expect((await inFolder()).sort()).toEqual(names.sort());
    expect(readdirSync(folder).sort()).toEqual(["experiment.json", "scores"]);
  });

  it("where others are saved there", async () => {
    const there = await runAlgorithms([one], [a, b], { folder });
    const others = await runAlgorithms([two], [c]);
    await others.save(folder);
    expect(await inFolder()).toEqual(["one/a", "one/b", "two/c"]);
    const loaded = await ExperimentResults.load(folder);
    expect(loaded.scoresOf("one", "b").values).toEqual(there.scoresOf("one", "b").values);
    expect(loaded.scoresOf("two", "c").values).toEqual(others.scoresOf("two", "c").values);
    expect(loaded.tasks.map(({ key }) => key)).toEqual(["one", "two"]);
    expect(loaded.algorithms.map(({ key }) => key)).toEqual(["a", "b", "c"]);
  });

  it("where others are measured there, and results from before more was found", async () => {
    const old = await runAlgorithms([one], [a], { folder });
    await runAlgorithms([one], [b], { folder });
    const measured = await measureAll([one], await runAlgorithms([one], [c]), { ...few, folder });
    expect(await inFolder()).toEqual(["one/a", "one/b", "one/c", "kl-clean of one/c"]);
    expect(measured.scored).toHaveLength(3);
    await measureAll([one], old, { ...few, folder });
    expect(await inFolder()).toEqual([...["one/a", "one/b", "one/c", "kl-clean of one/c", "kl-clean of one/a"]]);
  });

  it("where two run at once", async () => {
    const runs = [a, b, c].map((algorithm) => runAlgorithms([one], [algorithm], { folder }));
    await Promise.all(runs);
    expect((await inFolder()).sort()).toEqual(["one/a", "one/b", "one/c"]);
    expect(readdirSync(join(folder, "scores"))).toHaveLength(3);
    const results = await ExperimentResults.load(folder);
    await Promise.all([
      measureAll([one], results, { ...few, folder }),
      measureAll([one], results, { ...few, folder, ablations: ["zero"] }),
    ]);
    expect((await ExperimentResults.load(folder)).series).toHaveLength(6);
  });

  it("and what is measured there is not measured again", async () => {
    const found = await runAlgorithms([one], [a, b], { folder });
    const first = await measureAll([one], found, { ...few, folder });
    const kept: boolean[] = [];
    const again = await measureAll([one], found, { ...few, folder, onStep: (step) => kept.push(step.kept) });
    expect(kept).toEqual([true, true]);
    expect(again.series).toEqual(first.series);
    const more = await measureAll([one], found, { ...few, metrics: ["kl-clean", "logit-diff"], folder });
    expect(more.series.slice(0, 2)).toEqual(first.series);
    expect(await inFolder()).toHaveLength(2 + 4);
  });

  it("and what contradicts them is refused", async () => {
    const found = await runAlgorithms([one], [a], { folder });
    await measureAll([one], found, { ...few, folder });
    const there = await inFolder();
    const other = await runAlgorithms([one], [own("a", 9)]);
    await expect(other.save(folder)).rejects.toThrow(/one--a\.safetensors has other scores of a on one/);
    const set = await runAlgorithms([one], [{ ...a, options: { shade: 3 } }]);
    await expect(set.save(folder)).rejects.toThrow(/"a" with the options \{\}.*"shade":3/);
    const sizes = await measureAll([one], found, { ...few, sizes: [2] });
    await expect(sizes.save(folder)).rejects.toThrow(/measured at the sizes 1,3, now it is to be at 2/);
    await expect(measureAll([one], found, { ...few, sizes: [2], folder })).rejects.toThrow(/measured at the sizes 1,3/);
    const [series] = (await measureAll([one], found, few)).series;
    const points = series!.points.map(({ size, value }) => ({ size, value: value + 1 }));
    await expect(found.with({ series: [{ ...series!, points }] }).save(folder)).rejects.toThrow(
      /The kl-clean of a on one differs from what these results have/,
    );
    expect(await inFolder()).toEqual(there);
  });
});
