import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pairAlignments, patchTypes, ranks } from "@autocircuit/core";
import { algorithms, mibSelections, type OptionSpec, selections, spanAggregations } from "@autocircuit/discovery";
import { circuitTestNames, promptScoreNames } from "@autocircuit/metrics";
import { processingSteps } from "@autocircuit/models";
import { computeDTypes } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { runProgram } from "./program.ts";
import { DISCOVER_FLAGS } from "./support/in-flags.ts";
import {
  ACDC_TARGETS,
  ANSWER_FUNCTIONS,
  CIRCUIT_TESTS,
  DTYPES,
  GRAD_FUNCTIONS,
  MIB_SELECTIONS,
  PAIR_ALIGNMENTS,
  PATCH_TYPES,
  PROCESSING_STEPS,
  PROMPT_SCORES,
  RANKS,
  SELECTIONS,
  SPAN_AGGREGATIONS,
} from "./support/names.ts";
import { RENAMED_FLAGS } from "./support/renamed-flags.ts";
import { TEST_FLAGS } from "./test-circuit/test-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const SOURCES = fileURLToPath(new URL(".", import.meta.url));
const GPT2 = fileURLToPath(new URL("../../conformance/fixtures/autocircuit/gpt2-like", import.meta.url));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const code = await runProgram(args, new AbortController().signal, output);
  return { code, out, err };
}

const COMMANDS = [
  "tasks",
  "discover",
  "studio",
  "sweep",
  "measure",
  "patch",
  "compile",
  "model",
  "generate",
  "datasets",
  "doctor",
  "libtorch",
  "build",
];

describe("help", () => {
  it("lists every command", async () => {
    const { code, out } = await run("--help");
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
  });

  it.each(COMMANDS.filter((command) => !["libtorch", "sweep"].includes(command)))(
    "%s has examples",
    async (command) => {
      const { code, out } = await run(command, "--help");
      expect(code).toBe(0);
      expect(out).toContain(`Examples:\n  `);
      expect(out).toContain(`autocircuit ${command}`);
    },
  );

  it("of libtorch's parts has examples", async () => {
    for (const part of ["where", "install"]) {
      const { code, out } = await run("libtorch", part, "--help");
      expect(code).toBe(0);
      expect(out).toContain(`autocircuit libtorch ${part}`);
    }
  });
});

describe("what is ablated with by default", () => {
  it.each(["discover", "measure", "patch", "test"])("%s --help says", async (command) => {
    const { out } = await run(command, "--help");
    const words = out.replace(/\s+/g, " ");
    expect(words).toMatch(/--ablation <type> [^-]*\(default: [^)]*resample"?\)/);
  });
});

describe("names in --help", () => {
  it("are those of the packages", () => {
    expect([...DTYPES]).toEqual([...computeDTypes]);
    const specs: readonly OptionSpec[] = Object.values(algorithms).flatMap(({ options }) => [...options]);
    const choices = (name: string) => specs.find((spec) => spec.name === name)?.choices;
    expect([...ACDC_TARGETS]).toEqual(choices("target"));
    expect([...GRAD_FUNCTIONS]).toEqual(choices("gradFunction"));
    expect([...ANSWER_FUNCTIONS]).toEqual(choices("answerFunction"));
    expect([...CIRCUIT_TESTS]).toEqual([...circuitTestNames]);
    expect([...SPAN_AGGREGATIONS]).toEqual([...spanAggregations]);
    expect([...PROMPT_SCORES]).toEqual([...promptScoreNames]);
    expect([...RANKS]).toEqual([...ranks]);
    expect([...SELECTIONS]).toEqual([...selections]);
    expect([...MIB_SELECTIONS]).toEqual([...mibSelections]);
    expect([...PATCH_TYPES]).toEqual([...patchTypes]);
    expect([...PAIR_ALIGNMENTS]).toEqual([...pairAlignments]);
    expect([...PROCESSING_STEPS]).toEqual([...processingSteps]);
  });

  it("stand nowhere else", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) =>
      /(?<!test)\.ts$/.test(name),
    );
    expect(files.length).toBeGreaterThan(50);
    const written = /\b(?:choices|oneOf)\(\s*\[\s*(?:"[^"]*",?\s*)+\]/;
    expect(files.filter((file) => written.test(readFileSync(join(SOURCES, file), "utf8")))).toEqual([]);
  });
});

describe("options that the library's errors name", () => {
  it("have flags that discover has, or test", async () => {
    const { out } = await run("discover", "--help");
    for (const flag of DISCOVER_FLAGS.keys()) expect(out).toMatch(new RegExp(`^ +${flag}\\b`, "m"));
    const test = await run("test", "--help");
    for (const flag of TEST_FLAGS.keys()) expect(test.out).toMatch(new RegExp(`^ +${flag}\\b`, "m"));
  });
});

describe("a flag of before", () => {
  it("is refused with what it is called now, by some command for each", async () => {
    const commands = [["discover"], ["compile", "--out", "x"], ["sweep", "work"], ["sweep", "slurm"]];
    for (const [before, now] of Object.entries(RENAMED_FLAGS)) {
      const said = await Promise.all(commands.map((command) => run(...command, before)));
      expect(said.map(({ code }) => code)).toEqual(commands.map(() => 2));
      const renamed = `error: unknown option '${before}'. It is called ${now} now.`;
      expect(said.some(({ err }) => err.split("\n")[0] === renamed)).toBe(true);
    }
  });
});

describe("wrong usage", () => {
  it.each([
    { args: [], says: "Usage:" },
    { args: ["discoverr"], says: "Did you mean discover" },
    { args: ["sweep", "work", "--block", "3"], says: "help:    autocircuit sweep work --help" },
    { args: ["discover"], says: "a task (see autocircuit tasks), or --model FOLDER --prompts FILE" },
    { args: ["generate", "--prompt", "text"], says: "--model" },
    { args: ["discover", "tracr-revers"], says: "Did you mean tracr-reverse" },
    { args: ["discover", "tracr-reverse", "--algorithm", "acdcc"], says: "Did you mean acdc" },
    { args: ["discover", "tracr-reverse", "--ablation", "zeros"], says: "Did you mean zero" },
    { args: ["discover", "tracr-reverse", "--taus", "0"], says: "above zero" },
    { args: ["discover", "tracr-reverse", "--seed", "-1"], says: "whole number" },
    { args: ["discover", "tracr-reverse", "--known-circuit", "acd"], says: "Did you mean acdc" },
    { args: ["discover", "tracr-reverse", "--json", "/"], says: "is a folder" },
    { args: ["discover", "tracr-reverse", "--set", "largestBach=2"], says: "Did you mean largestBatch" },
    { args: ["discover", "tracr-reverse", "--set", "largestBatch=two"], says: "largestBatch takes a whole number" },
    { args: ["discover", "tracr-reverse", "--set", "largestBatch"], says: "name=value" },
    { args: ["discover", "tracr-reverse", "--algorithm", "random", "--taus", "1"], says: "random takes no --taus" },
    { args: ["measure", "tracr-reverse"], says: "--scores" },
    { args: ["measure", "tracr-reverse", "--scores", "missing.safetensors"], says: "missing.safetensors" },
    { args: ["measure", "tracr-reverse", "--scores", "x", "--metrics", "kl-claen"], says: "Did you mean kl-clean" },
    { args: ["compile", "revers", "--out", "x"], says: "Did you mean reverse" },
    {
      args: ["compile", "missing.ts", "--vocab", "a", "--max-seq-len", "3", "--out", "x"],
      says: "missing.ts: does not exist",
    },
    { args: ["compile", "program.mjs", "--out", "x"], says: "--vocab and --max-seq-len" },
    { args: ["discover", "tracr-reverse", "--device", "cdua"], says: '"cdua" names no device. Did you mean' },
    { args: ["discover", "tracr-reverse", "--dtype", "float8"], says: "Did you mean float" },
    { args: ["discover", "tracr-reverse", "--tf32", "--dtype", "float64"], says: "--tf32 is a way to compute float32" },
    { args: ["discover", "tracr-reverse", "--device-memory", "4"], says: "--device-memory is for GPUs" },
    { args: ["measure", "tracr-reverse", "--scores", "x", "--device-memory", "none"], says: "above zero" },
    { args: ["build", "--arch", "80"], says: "give --cuda too" },
    {
      args: ["test", "--autoencoders", "saes", "circuit.json"],
      says: "--autoencoders takes all that stands behind it, circuit.json too: put the circuit before the options.",
    },
    {
      args: ["measure", "tracr-reverse", "--seed", "3", "--scores", "a.safetensors", "b.safetensors"],
      says: "Expected 1 argument but got 2. --scores takes one value: a.safetensors, not b.safetensors too.\n",
    },
    { args: ["measure", "tracr-reverse", "tracr-hist", "--scores", "a.safetensors"], says: "but got 2.\n" },
    { args: ["test", "--autoencoders", "saes"], says: "missing required argument 'circuit'\n" },
    { args: ["model", "missing-folder"], says: "does not exist" },
  ])("$args: exit code 2, one block, no stack", async ({ args, says }) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync("x")).toBe(false);
  });
});

describe("tasks", () => {
  it("are listed, and written as JSON", async () => {
    const { code, out } = await run("tasks", "--json", at("tasks.json"));
    expect(code).toBe(0);
    const { tasks } = JSON.parse(readFileSync(at("tasks.json"), "utf8"));
    expect(tasks).toHaveLength(17);
    for (const { name } of tasks) expect(out).toContain(name);
  });
});

describe("datasets", () => {
  it("are written with the command that makes them, the same each time", async () => {
    expect((await run("datasets", "--out", at("data"), "--seed", "3")).code).toBe(0);
    expect((await run("datasets", "--out", at("again"), "--seed", "3")).code).toBe(0);
    const files = readdirSync(at("data"), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".json"),
    );
    expect(files).toHaveLength(43);
    for (const name of files) {
      const text = readFileSync(join(at("data"), name), "utf8");
      expect(JSON.parse(text).command).toBe("autocircuit datasets --seed 3");
      expect(readFileSync(join(at("again"), name), "utf8")).toBe(text);
    }
  });
});

describe("model", () => {
  it("describes a folder without reading its weights", async () => {
    const { code, out } = await run("model", GPT2, "--seq-len", "9", "--json", at("model.json"));
    expect(code).toBe(0);
    expect(out).toContain("2 layers, 4 heads of 8");
    const { graphs } = JSON.parse(readFileSync(at("model.json"), "utf8"));
    expect(graphs.map((graph: { edgeCount: number }) => graph.edgeCount)).toEqual([110, 54, 990, 14]);
  });
});

describe("compile", () => {
  it("writes a model folder and prints the program", async () => {
    const { code, out } = await run("compile", "reverse", "--out", at("reverse"));
    expect(code).toBe(0);
    expect(out).toContain("aggregate_1");
    expect(out).toContain("4 blocks, 1 head of 12, width 41");
    expect(readdirSync(at("reverse")).toSorted()).toEqual(["config.json", "model.safetensors", "tracr.json"]);
  });

  it("takes another vocabulary and length", async () => {
    expect((await run("compile", "hist", "--vocab", "1,2", "--max-seq-len", "3", "--out", at("hist"))).code).toBe(0);
    const vocabulary = JSON.parse(readFileSync(join(at("hist"), "tracr.json"), "utf8"));
    expect(vocabulary.tokens).toContain(1);
  });
});

describe("an unwritable place", () => {
  it("is noticed before any work is done", async () => {
    writeFileSync(at("plain-file"), "");
    const { code, err } = await run("tasks", "--json", join(at("plain-file"), "tasks.json"));
    expect(code).toBe(2);
    expect(err).toContain("cannot be written");
  });
});
