import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatShare } from "@autocircuit/base";
import { ioiPrompts } from "@autocircuit/circuits";
import { Graph, type GraphConfig, PruneScores } from "@autocircuit/core";
import { DiscoveryFiles } from "@autocircuit/discovery";
import { findTokenizer } from "@autocircuit/models";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";
import type { DiscoverResult } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "other-model-"));
const at = (name: string) => join(folder, name);
beforeAll(() => wordModel(at("words")));
afterAll(() => rmSync(folder, { recursive: true }));

const attribution = ["--algorithm", "edge-attribution"];

async function discover(...args: string[]) {
  const { code, out, err } = await run(["discover", ...args, "--out", at("out"), "--json", at("out.json")]);
  expect([code, code === 0 ? "" : err]).toEqual([0, ""]);
  const result = JSON.parse(readFileSync(at("out.json"), "utf8")) as DiscoverResult;
  return { out, result, html: readFileSync(join(at("out"), "report.html"), "utf8") };
}

describe("a ready-made task on a model of another shape", () => {
  const task = ["ioi-component", "--model"];

  it("runs on prompts made for its vocabulary, and says what is known and how well the model does", async () => {
    const { out, result, html } = await discover(...task, at("words"), ...attribution);
    expect(out).toContain("No circuit of ioi-component is known for words (3 blocks of 2 heads)");
    expect(out).toContain("The 256 prompt pairs of 14 tokens were made for its vocabulary.");
    expect(out.match(/No circuit of/g)).toHaveLength(1);
    expect(result).toMatchObject({ task: "ioi-component", model: "words", prompts: null, known: null, keep: null });
    expect(html).toContain("Task <b>Indirect Object Identification</b> in <b>words</b>");
    expect(html).toContain("No circuit of ioi-component is known");

    const { accuracy, faithful } = result;
    expect(accuracy).toMatchObject({ promptCount: 64, above: expect.any(Number), logitDiff: expect.any(Number) });
    const percent = formatShare(accuracy!.above! / 100);
    expect(out).toContain(`on 64 prompts: the right answer above every wrong one in ${percent}`);
    expect(html).toContain("answer above every wrong one, model alone, 64 prompts");

    expect([faithful!.asked, faithful!.promptCount]).toEqual([0.9, 24]);
    expect(faithful!.heldOut).toMatchObject({ promptCount: expect.any(Number) });
    expect(result.circuit).toHaveLength(faithful!.size);
    if (faithful!.keptShare === null) expect(html).toContain("it does not do the task");
    else expect(faithful!.keptShare).toBeGreaterThanOrEqual(0.9);
  });

  it("runs on prompts of one's own, and says that they were given", async () => {
    const { prompts } = ioiPrompts({
      count: 10,
      tokenizer: (await findTokenizer(at("words")))!,
      form: { order: "ABBA", template: 0 },
    });
    writeFileSync(at("ten.json"), JSON.stringify({ prompts }));
    const { out, result } = await discover(
      ...task,
      at("words"),
      "--prompts",
      at("ten.json"),
      ...attribution,
      "--size",
      "9",
    );
    expect(out).toMatch(/The 10 prompt pairs of \d+ tokens are those that were given\./);
    expect(result).toMatchObject({ task: "ioi-component", model: "words", prompts: "ten" });
    expect(result.accuracy!.promptCount).toBe(5);
  });

  it("leaves out those that do not fit where it is asked to, counts them, and offers it", async () => {
    const { prompts } = ioiPrompts({
      count: 10,
      tokenizer: (await findTokenizer(at("words")))!,
      form: { order: "ABBA", template: 0 },
    });
    const unfit = { ...prompts[0]!, answers: [" Wendy"] };
    const longer = { ...prompts[1]!, clean: `${prompts[1]!.clean} the`, corrupt: `${prompts[1]!.corrupt} the` };
    writeFileSync(at("some.json"), JSON.stringify({ prompts: [unfit, ...prompts.slice(1), longer] }));
    const own = [...task, at("words"), "--prompts", at("some.json"), ...attribution, "--size", "9"];
    const refused = await run(["discover", ...own, "--out", at("none")]);
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(/some\.json: prompts\[0\].*must be one token.*\. --skip-unfit leaves out such prompts/s),
    ]);
    const { out, result, html } = await discover(...own, "--skip-unfit");
    const left = "left out 1 of 11 prompt pairs: 1: an answer of several tokens (such as ";
    expect(out.split(left)).toHaveLength(2);
    expect([result.notes.join(), html]).toEqual([expect.stringContaining(left), expect.stringContaining(left)]);
    expect(out).toContain("The 10 prompt pairs are those that were given.");

    const byToken = await run(["discover", ...own, "--by-token", "--out", at("none")]);
    expect([byToken.code, byToken.err]).toEqual([2, expect.stringContaining("--skip-unfit leaves out")]);
    const { out: ofOneLength } = await discover(...own, "--by-token", "--skip-unfit");
    expect(ofOneLength).toMatch(/left out 2 of 11 prompt pairs: .*1: not \d+ tokens, as most are/);

    const none = await run(["discover", ...task, at("words"), "--skip-unfit", "--out", at("none")]);
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringMatching(/ioi-component makes prompts that fit: --skip-unfit is for --prompts in their place/),
    ]);
    writeFileSync(at("few.json"), JSON.stringify({ prompts: [unfit, prompts[1]] }));
    const few = ["discover", ...task, at("words"), "--prompts", at("few.json"), "--skip-unfit", "--out", at("none")];
    expect(await run(few)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/only 1 \(left out 1 of 2 .*at least two/),
    });
  });

  it("names the columns by its own tokens", async () => {
    const { html } = await discover(...task, at("words"), ...attribution, "--size", "9", "--by-token");
    for (const label of ["1: IO", "3: S1", "9: S2", "13: to"]) expect(html).toContain(label);
  });

  it("has no circuit by name", async () => {
    const { code, err } = await run([
      "discover",
      ...task,
      at("words"),
      "--known-circuit",
      "edges",
      "--out",
      at("none"),
    ]);
    expect(code).toBe(2);
    expect(err).toMatch(/this circuit belongs to GPT-2 small.*3 blocks of 2 heads/);
  });

  it("says what a vocabulary lacks", async () => {
    await wordModel(at("nameless"), { names: [] });
    const { code, err } = await run(["discover", ...task, at("nameless"), "--out", at("none")]);
    expect(code).toBe(2);
    expect(err).toContain("Indirect object identification needs 5 names of one token, and none of its 147");
  });
});

describe("one's own prompts", () => {
  const pair = (clean: string, corrupt: string, answer: string, wrong: string) => ({
    ...{ clean: `Then ${clean} said to`, corrupt: `Then ${corrupt} said to` },
    ...{ answers: [answer], wrong_answers: [wrong] },
  });
  const names = ["Mary", "John", "Tom", "Anna"];
  const fitting = names.map((name, i) => {
    const other = names[(i + 1) % names.length]!;
    return pair(name, other, ` ${name}`, ` ${other}`);
  });
  const prompts = [
    ...fitting,
    pair("Mary", "John", " Wendy", " John"),
    pair("Wendy", "John", " Mary", " John"),
    pair("Wendy", "Wendo", " Mary", " John"),
  ];
  const own = () => {
    writeFileSync(at("said.json"), JSON.stringify({ task: "who said it", prompts }));
    return ["--model", at("words"), "--prompts", at("said.json"), ...attribution, "--size", "5"];
  };

  it("that do not fit are refused, and the error says how to leave them out", async () => {
    const { code, err } = await run(["discover", ...own(), "--out", at("none")]);
    expect(code).toBe(2);
    expect(err).toMatch(/said\.json: prompts\[4\].*" Wendy" is \d tokens.*must be one token.*--skip-unfit leaves out/s);
  });

  it("--skip-unfit leaves them out and counts them", async () => {
    const { out, html, result } = await discover(...own(), "--skip-unfit");
    expect(out).toMatch(
      /left out 2 of 7 prompt pairs: 1: an answer of several tokens \(such as .*prompts\[4\]\); 1: clean and corrupt differ in length \(such as .*prompts\[5\]\)/,
    );
    expect(out).toMatch(/prompts: 5 pairs of 4 to \d+ tokens/);
    expect(result.notes[0]).toContain("left out 2 of 7 prompt pairs");
    expect(html).toContain("who said it");
    expect(html).toContain("left out 2 of 7 prompt pairs");
  });

  it("--skip-unfit leaves out empty ones too; without it they are named", async () => {
    const some = [pair("Mary", "Tom", " Mary", " Tom"), { ...fitting[0]!, clean: "" }, ...fitting];
    writeFileSync(at("some.json"), JSON.stringify({ prompts: some }));
    const own = ["--model", at("words"), "--prompts", at("some.json"), ...attribution, "--size", "5"];
    const { out } = await discover(...own, "--skip-unfit");
    expect(out).toMatch(/left out 1 of 6 prompt pairs: 1: an empty prompt \(such as .*prompts\[1\]\)/);
    const { code, err } = await run(["discover", ...own, "--out", at("none")]);
    expect([code, err]).toEqual([2, expect.stringMatching(/prompts\[1\]: `clean` is empty\. --skip-unfit leaves out/)]);
  });

  it("by token leaves out other lengths too, and names the columns by the first prompt's tokens", async () => {
    const { out, html } = await discover(...own(), "--skip-unfit", "--by-token", "--seed", "3");
    expect(out).toContain("left out 3 of 7 prompt pairs");
    expect(out).toContain("1: not 4 tokens, as most are");
    expect(html).toContain(">2: said<");
    expect(html).toMatch(/>1: (Mary|John|Tom|Anna)\*</);
    expect(html).toContain("other prompts have others at that position");
  });

  it("says so where none fits", async () => {
    writeFileSync(at("none.json"), JSON.stringify({ prompts: prompts.slice(4, 6) }));
    const own = ["--model", at("words"), "--prompts", at("none.json"), "--skip-unfit", "--size", "5"];
    const { code, err } = await run(["discover", ...own, "--out", at("none")]);
    expect(code).toBe(2);
    expect(err).toContain("None of the 2 prompt pairs fits the model.");
  });

  it("only one of --size, --keep and --faithful", async () => {
    const { code, err } = await run(["discover", ...own(), "--faithful", "0.5"]);
    expect([code, err.split("\n")[0]]).toEqual([2, expect.stringContaining("Give either --size or --faithful")]);
  });
});

describe("a ready-made task whose own model is not there", () => {
  /** Scores that say which model they were found with. */
  async function scoresOf(path: string, config: GraphConfig): Promise<string> {
    const graph = Graph.of(config);
    await new PruneScores(graph, new Float32Array(graph.edgeCount)).save(path, { model: "words" });
    return path;
  }
  const config = { layers: 2, heads: 1, attnOnly: false, parallel: false };

  it("asks for the model that an earlier run was of, or that the latents to keep were found with", async () => {
    vi.stubEnv("HF_HUB_CACHE", at("no-models"));
    mkdirSync(at("stopped"));
    const stopped = await scoresOf(at("stopped/scores-edge-attribution.safetensors"), config);
    const latents = await scoresOf(at("latents.safetensors"), { ...config, latents: [2, 2], autoencoders: "a1" });
    const kept = ["--autoencoders", at("none"), "--keep-latents", latents];
    const task = ["discover", "ioi-component", ...attribution];
    const search = new DiscoveryFiles(at("searching"), { info: { model: "words" } });
    search.save({ asked: {}, rankings: [], search: { state: () => ({}) } as never });
    for (const [file, more] of [
      [search.path, ["--out", at("searching"), "--resume"]],
      [stopped, ["--out", at("stopped"), "--resume"]],
      [latents, ["--out", at("out"), ...kept]],
    ] as const) {
      const { code, err } = await run([...task, ...more]);
      expect([code, err.split("\n")[0]]).toEqual([
        2,
        `autocircuit discover: ${file} was found with words: give --model with the path of that model.`,
      ]);
    }
  });
});
