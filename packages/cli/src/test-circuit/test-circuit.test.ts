import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "test-circuit-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));
const write = (name: string, content: unknown) => {
  writeFileSync(at(name), JSON.stringify(content));
  return at(name);
};

describe("a compiled model's circuit", () => {
  beforeAll(async () => {
    const how = ["--json", at("reverse.json"), "--out", at("reverse"), "--curve", "none"];
    expect((await run(["discover", "tracr-reverse", ...how])).code).toBe(0);
  }, 60_000);

  it("is equivalent, minimal and sufficient on the task that its file names", async () => {
    const tests = ["--tests", "equivalence,minimality,sufficiency"];
    const { code, out } = await run(["test", at("reverse.json"), ...tests, "--json", at("tested.json")]);
    expect(code).toBe(0);
    expect(out).toMatch(/^passed +equivalence: The circuit alone scores the same as the model on all \d+ prompts\.$/m);
    expect(out).toMatch(/^passed +minimality: Nothing says that any of its 2 edges/m);
    const { task, ablation, seed, passed, means, cross } = read("tested.json");
    expect({ task, ablation, seed, passed, cross }).toEqual({
      ...{ task: "tracr-reverse", ablation: "resample", seed: 0, passed: true, cross: null },
    });
    expect(read("tested.json")).toMatchObject({ random: 50, quantile: 0.9, mostEdges: 200, level: 0.05 });
    expect(means.circuit).toBeCloseTo(means.full, 5);
    expect(means.without).toBeLessThan(means.full);
  });

  it("exactly right, but not independent of the model: the verdict does not say that something is left outside", async () => {
    const { code, out } = await run(["test", at("reverse.json"), "--tests", "independence"]);
    expect(code).toBe(3);
    expect(out).toMatch(
      /^not passed +independence: Not independent: .* can be the cause, and so can the corrupt prompts' values/m,
    );
    const whole = await run([
      "test",
      at("reverse/scores.safetensors"),
      "--size",
      "77",
      "--tests",
      "independence,equivalence",
    ]);
    expect(whole.code).toBe(0);
    expect(whole.out).toMatch(/^not tested +independence: Cannot be tested: the circuit is the whole graph/m);
  });

  it("passes nothing where nothing could be tested, and the exit code and a line say so", async () => {
    const whole = ["test", at("reverse/scores.safetensors"), "--size", "77", "--json", at("whole.json")];
    const { code, out } = await run([...whole, "--tests", "minimality,sufficiency"]);
    expect(code).toBe(3);
    expect(out).toMatch(/^note: nothing was tested: none of the tests that were asked for could be made\.$/m);
    const { passed, notes } = read("whole.json");
    expect([passed, notes]).toEqual([null, [expect.stringMatching(/^nothing was tested/)]]);
  });

  it("with one edge in its place that does nothing: exit code 3, and the verdicts say what is wrong", async () => {
    const { circuit, ...rest } = read("reverse.json");
    const wrong = write("wrong.json", { ...rest, circuit: [circuit[0], { edge: "MLP 0->Resid End", token: null }] });
    const { code, out, err } = await run(["test", wrong, "--json", at("refused.json")]);
    expect([code, err]).toEqual([3, ""]);
    expect(out).toMatch(/^not passed +equivalence: Not equivalent/m);
    expect(out).toMatch(/^not passed +minimality: .*MLP 0->Resid End/m);
    expect(read("refused.json").passed).toBe(false);
  });

  it("with more edges that do nothing than the verdict names: --json has all, and a note says so", async () => {
    const { circuit, ...rest } = read("reverse.json");
    const idle = ["MLP 0", "MLP 1", "MLP 2", "MLP 3", "A0.0", "A1.0", "A2.0"].map((source) => `${source}->Resid End`);
    const wrong = write("idle.json", {
      ...rest,
      circuit: [...circuit, ...idle.map((edge) => ({ edge, token: null }))],
    });
    const { out } = await run(["test", wrong, "--tests", "minimality", "--json", at("idle-tested.json")]);
    expect(out).toMatch(/ and 2 more \(`notMinimal` of this verdict has all\)\.$/m);
    expect(out).toMatch(
      /^note: --json writes all 7 edges that do too little, as `notMinimal` of the verdict of minim/m,
    );
    const [{ notMinimal }] = read("idle-tested.json").verdicts;
    expect(notMinimal.map(({ edge }: { edge: string }) => edge).toSorted()).toEqual(idle.toSorted());
    expect(notMinimal.every(({ distance }: { distance: number }) => distance === 0)).toBe(true);
  });

  it("says so where it is tested on another task", async () => {
    const file = write("sort.json", { ...read("reverse.json"), task: "tracr-sort" });
    const how = ["--task", "tracr-reverse", "--tests", "equivalence"];
    const { out } = await run(["test", file, ...how, "--json", at("other-task.json")]);
    const said = /sort\.json is a circuit of tracr-sort, and was tested on the prompts of tracr-reverse\./;
    expect(out).toMatch(said);
    expect(read("other-task.json").notes.join()).toMatch(said);
  });

  it("from saved scores", async () => {
    const scores = at("reverse/scores.safetensors");
    const { code, out } = await run(["test", scores, "--size", "2", "--tests", "equivalence"]);
    expect(code).toBe(0);
    expect(out).toMatch(/without its 2 edges/);
    const none = await run(["test", scores, "--tests", "equivalence"]);
    expect([none.code, none.err]).toEqual([2, expect.stringMatching(/say with --size how many/)]);
  });
});

it("a circuit of a ready-made task that was found with another model asks for that model, where the task's own is not there", async () => {
  vi.stubEnv("HF_HUB_CACHE", at("no-models"));
  const circuit = { task: "ioi-component", circuit: [{ edge: "MLP 0->Resid End", token: null }] };
  const file = write("of-words.json", { ...circuit, model: "words/model.gguf" });
  const { code, err } = await run(["test", file]);
  expect([code, err.split("\n")[0]]).toEqual([
    2,
    `autocircuit test: ${file} was found with words/model.gguf: give --model with the path of that model.`,
  ]);
  const unnamed = await run(["test", write("of-gpt2.json", circuit)]);
  expect([unnamed.code, unnamed.err.split("\n")[0]]).toEqual([
    2,
    expect.stringMatching(/ioi-component needs GPT-2 small, whose weights are not on this machine/),
  ]);
});

describe("circuits of one's own model", () => {
  const pair = (i: number) => ({
    clean: [3 + i, 17, 42 - i],
    corrupt: [5, 18 + i, 42],
    answers: [4 + (i % 3)],
    wrong_answers: [16],
  });
  const prompts = (name: string, from: number, wrong = true) =>
    write(name, {
      prompts: Array.from({ length: 12 }, (_, i) =>
        wrong ? pair(from + i) : { ...pair(from + i), wrong_answers: [] },
      ),
    });
  const model = ["--model", smallGpt2, "--prompts"];
  const edges = () => write("edges.json", ["Resid Start->MLP 0", "MLP 0->Resid End", "A0.1->Resid End"]);
  const few = ["--tests", "equivalence,sufficiency", "--random", "5"];

  describe("in another kind of graph", () => {
    let own: string[];
    const found = async (name: string, ...how: string[]) => {
      const usual = ["--algorithm", "eap", "--size", "12", "--bootstrap", "0", "--curve", "none", ...how];
      const { code, err } = await run(["discover", ...own, ...usual, "--out", at(name), "--json", at(`${name}.json`)]);
      expect([code, err.includes("autocircuit discover:")]).toEqual([0, false]);
      return at(`${name}.json`);
    };
    const meansOf = async (circuit: string, ...how: string[]) => {
      const json = ["--tests", "equivalence", "--json", at("kind-tested.json")];
      const { code, err } = await run(["test", circuit, ...own, ...json, ...how]);
      expect([0, 3], err).toContain(code);
      return read("kind-tested.json").means;
    };
    beforeAll(async () => {
      const names = ["Mary", "John", "Tom", "Anna", "Paul", "James", "Sarah"];
      const pairs = Array.from({ length: 24 }, (_, i) => {
        const [name, other] = [names[i % 7]!, names[(i + 1 + (i % 3)) % 7]!];
        return {
          ...{ clean: `Then ${name} said to`, corrupt: `Then ${other} said to` },
          ...{ answers: [` ${name}`], wrong_answers: [` ${other}`] },
        };
      });
      own = ["--model", await wordModel(at("words")), "--prompts", write("names.json", { prompts: pairs })];
    });

    it.each([
      ["--ungrouped", { factorized: true, separateQkv: true, ungrouped: true }],
      ["--no-separate-qkv", { factorized: true, separateQkv: false, ungrouped: false }],
      ["--no-factorized", { factorized: false, separateQkv: true, ungrouped: false }],
    ])("that of %s, which its file says", async (kind, graph) => {
      const json = await found("kind", kind);
      expect(read("kind.json").graph).toEqual(graph);
      const means = await meansOf(json);
      expect(await meansOf(json, kind)).toEqual(means);
      expect(await meansOf(at("kind/scores.safetensors"), "--size", "12")).toEqual(means);
      const other = kind === "--no-factorized" ? "--ungrouped" : "--no-factorized";
      for (const args of [
        ["test", json, ...own, other],
        ["studio", ...own, other, "--circuit", json, "--no-open"],
      ]) {
        const { code, err } = await run(args);
        expect([code, err]).toEqual([
          2,
          expect.stringMatching(`kind.json is a circuit in a graph of ${kind}, and here is a graph of ${other}`),
        ]);
      }
      const { circuit } = read("kind.json");
      const list = await run(["test", write("list.json", circuit), ...own]);
      if (kind === "--ungrouped") {
        // All that is of groups too could be of either; who asks for --ungrouped says it.
        const keys = write("keys.json", ["Resid Start->A1.0.K"]);
        for (const args of [
          ["test", keys, ...own],
          ["studio", ...own, "--circuit", keys, "--no-open"],
        ])
          expect((await run(args)).err).toMatch(/keys\.json does not say in which kind of graph its edges are/);
        expect(await meansOf(keys, "--ungrouped")).toBeDefined();
        expect(await meansOf(write("list.json", circuit), "--ungrouped")).toEqual(means);
      } else expect(list.err).toMatch(/list\.json: .* with your own --model .*--no-separate-qkv/);
    });

    it("that of a circuit of --cross is refused, where it is not the circuit's", async () => {
      const [json, other] = [await found("kind"), await found("other-kind", "--ungrouped")];
      const { code, err } = await run(["test", json, ...own, "--cross", other, "--cross-prompts", own.at(-1)!]);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/other-kind\.json is a circuit in a graph of --ungrouped, and here is the usual kind/),
      ]);
    });
  });

  it("that is not equivalent for all that few prompts can tell: no success, and the exit code says so", async () => {
    const how = [...model, prompts("few.json", 0), "--tests", "equivalence", "--json", at("few-tested.json")];
    const { code, out } = await run(["test", edges(), ...how]);
    expect(code).toBe(3);
    expect(out).toMatch(
      /^cannot tell equivalence: Cannot tell: nothing says .* on .* of 6 prompts .* nothing shows that it keeps/m,
    );
    const { passed, verdicts } = read("few-tested.json");
    expect(passed).toBe(null);
    expect(verdicts).toMatchObject([{ test: "equivalence", passed: null, undecided: true }]);
  });

  it("that was found for a task is said to be tested on the prompts that are given, by their file", async () => {
    const circuit = read(basename(edges())).map((edge: string) => ({ edge, token: null }));
    const file = write("of-ioi.json", { task: "ioi-component", circuit });
    const how = [...model, prompts("mine.json", 0), "--tests", "equivalence", "--json", at("mine-tested.json")];
    const { out } = await run(["test", file, ...how]);
    expect(out).toContain(`note: ${file} is a circuit of ioi-component, and was tested on the prompts of mine.`);
    expect(read("mine-tested.json").prompts).toBe("mine");
  });

  it("across tasks: a matrix of what is lost", async () => {
    const other = write("other.json", ["Resid Start->Resid End"]);
    const cross = ["--cross", other, "--cross-prompts", prompts("second.json", 8)];
    const how = [...model, prompts("first.json", 0), ...few, ...cross, "--json", at("cross.json")];
    const { code, out } = await run(["test", edges(), ...how]);
    expect([0, 3]).toContain(code);
    expect(out).toContain("share of the score that is lost without a circuit:");
    expect(out).toMatch(/^note: equivalence cannot be refused with 6 prompts, .*: 7 are needed\.$/m);
    expect(out).toMatch(/^note: sufficiency cannot be shown with 5 random circuits, .*: --random 29 is the least\.$/m);
    const { names, harm } = read("cross.json").cross;
    expect(read("cross.json")).toMatchObject({ random: 5, quantile: 0.9 });
    expect(names).toEqual(["edges", "other"]);
    expect(harm.flat()).toHaveLength(4);
    expect(harm.flat().every(Number.isFinite)).toBe(true);

    mkdirSync(at("second"));
    const same = write("second/edges.json", ["Resid Start->Resid End"]);
    const paths = ["--cross", same, "--cross-prompts", at("second.json"), "--json", at("cross.json")];
    await run(["test", edges(), ...model, at("first.json"), ...few, ...paths]);
    expect(read("cross.json").cross.names).toEqual([at("edges.json"), same]);
  });

  it("across tasks: a dash, null and the reason for a task that the model does not do", async () => {
    const swapped = (from: number) => ({
      prompts: Array.from({ length: 12 }, (_, i) => {
        const { answers, wrong_answers, ...rest } = pair(from + i);
        return { ...rest, answers: wrong_answers, wrong_answers: answers };
      }),
    });
    const other = write("other.json", ["Resid Start->Resid End"]);
    const cross = ["--cross", other, "--cross-prompts", write("swapped.json", swapped(0)), "--json", at("cross.json")];
    const { out } = await run(["test", edges(), ...model, prompts("first.json", 0), ...few, ...cross]);
    const { harm, means, nothingToLose, reasons } = read("cross.json").cross;
    expect(means[1].full).toBeCloseTo(-means[0].full, 4);
    expect(nothingToLose).toEqual([null, "not-done"]);
    expect(harm).toEqual([
      [expect.any(Number), null],
      [expect.any(Number), null],
    ]);
    expect(reasons).toEqual([null, expect.stringMatching(/^the model does not do that task, its logit-diff is -/)]);
    expect(out).toMatch(/^note: there is nothing of other to lose: the model does not do that task/m);
  });

  it("without wrong answers the answers' log-probability counts, and the logit difference is refused", async () => {
    const open = prompts("open.json", 0, false);
    const usual = await run(["test", edges(), ...model, open, ...few]);
    expect(usual.out).toMatch(/answer-logprob, mean of 6 prompts/);
    const refused = await run(["test", edges(), ...model, open, "--score", "logit-diff"]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/prompt 0 has no wrong answers/)]);
  });

  it.each([
    ["no task", [], /does not say what it is a circuit of/],
    ["a wrong test", ["--task", "tracr-reverse", "--tests", "equivalance"], /Did you mean equivalence/],
    ["a size where the edges are named", ["--task", "tracr-reverse", "--size", "3"], /--size is for saved scores/],
    ["another task on a compiled model", ["--task", "tracr-reverse", "--cross", "x.json"], /name it with --model/],
    ["a quantile of 1", ["--task", "tracr-reverse", "--quantile", "1"], /not a number between 0 and 1/],
    ["edges of another model", ["--task", "tracr-reverse"], /A0.1->Resid End/],
  ])("wrong usage: %s", async (_, how, message) => {
    const { code, err } = await run(["test", edges(), ...how]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });
});
