import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tasks } from "@autocircuit/circuits";
import { type AblationType, defineTask, type LoadedTask } from "@autocircuit/core";
import { type FindCircuitOptions, findCircuit, planOf } from "@autocircuit/discovery";
import { loadModel } from "@autocircuit/models";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import { writeWideGpt2 } from "../../test/wide-gpt2.ts";
import { wordModel } from "../../test/word-model.ts";
import { addDiscover } from "../commands/discover.ts";
import type { DiscoverResult } from "./result.ts";
import { discoverSettings, fitToGraph } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "same-plan-"));
const at = (name: string) => join(folder, name);
const prompts = Array.from({ length: 8 }, (_, i) => ({
  ...{ clean: [1, 2 + i, 3], corrupt: [1, 3 + i, 4] },
  ...{ answers: [5], wrong_answers: [6] },
}));
beforeAll(async () => {
  await writeWideGpt2(at("wide"));
  await wordModel(at("words"));
  writeFileSync(at("prompts.json"), JSON.stringify({ prompts }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A subject on the command line, and the same as a task of the library. */
interface Case {
  readonly args: () => string[];
  readonly load: (ablation: AblationType | undefined) => Promise<LoadedTask>;
}

const ready = (name: string, model?: string): Case => ({
  args: () => [name, ...(model ? ["--model", at(model)] : [])],
  load: (ablation) => tasks[name]!.load({ seed: 0, ...(model && { model: at(model) }), ...(ablation && { ablation }) }),
});

const own = (model: () => string): Case => ({
  args: () => ["--model", model(), "--prompts", at("prompts.json")],
  load: () =>
    defineTask({
      ...{ key: "own", name: "own", batchSize: 4, batchCount: 1, seed: 0 },
      ...{ model: (how) => loadModel(model(), how), prompts: at("prompts.json") },
    }).load(),
});

const subjects: Readonly<Record<string, Case>> = {
  "a compiled program": ready("tracr-reverse"),
  "a program of numbers": ready("tracr-xproportion"),
  "a published task on another model": ready("ioi-component", "words"),
  "one's own small model": own(() => smallGpt2),
  "one's own large model": own(() => at("wide")),
};

/** Flags, and the options that mean the same. */
const flags: readonly (readonly [string[], FindCircuitOptions])[] = [
  [[], {}],
  [["--taus", "0.1"], { options: { taus: [0.1] } }],
  [["--ablation", "zero"], { ablation: "zero" }],
  [["--set", "ablation=zero"], { options: { ablation: "zero" } }],
  [["--size", "7"], { size: 7 }],
  [["--size", "29%"], { size: { share: 0.29 } }],
  [["--size", "0.0001%"], { size: { share: 1e-6 } }],
  [["--keep", "0.9"], { keep: 0.9 }],
  [["--faithful", "0.5"], { faithful: 0.5 }],
  [["--algorithm", "eap"], { algorithm: "edge-attribution" }],
  [
    ["--algorithm", "eap", "--size", "7", "--select", "exact"],
    { algorithm: "edge-attribution", size: 7, select: "exact" },
  ],
  [["--algorithm", "eap", "--rank", "signed"], { algorithm: "edge-attribution", rank: "signed" }],
  [["--algorithm", "relp", "--faithful", "0.5"], { algorithm: "relp", faithful: 0.5 }],
  [["--algorithm", "subnetwork-probing"], { algorithm: "subnetwork-probing" }],
  [["--tries", "2"], { tries: 2 }],
  [["--size", "99999"], { size: 99999 }],
];

/** What was planned, or that it was refused. */
function planned(work: () => object): object | "refused" {
  try {
    return work();
  } catch (error) {
    expect(error).toMatchObject({ message: expect.stringMatching(/\S/) });
    return "refused";
  }
}

/** Options of the command as it reads them. */
function optionsOf(args: readonly string[]): Parameters<typeof discoverSettings> {
  const program = new Command();
  addDiscover(program, {
    signal: new AbortController().signal,
    print: () => undefined,
    refuse: () => undefined,
  });
  let read: Parameters<typeof discoverSettings> | undefined;
  program.commands[0]!.action((task, options) => {
    read = [task, options];
  });
  program.parse(["discover", ...args], { from: "user" });
  return read!;
}

describe.each(Object.entries(subjects))("discover and findCircuit choose the same for %s", (_, { args, load }) => {
  it.each(flags)("with %j", async (typed, options) => {
    const [name, read] = optionsOf([...args(), ...typed]);
    await using task = await load(options.ablation ?? (options.options?.ablation as AblationType | undefined));
    const command = planned(() => {
      const { settings } = fitToGraph(discoverSettings(name, read), task);
      const { algorithm, ablation, size, keep, faithful } = settings;
      return { algorithm, ablation, size, keep, faithful };
    });
    const library = planned(() => {
      const { algorithm, ablation, size, keep, faithful } = planOf(task, options);
      return { algorithm, ablation, size, keep, faithful };
    });
    expect(command).toEqual(library);
  });
});

describe("what is found is the same", () => {
  const typed = (...args: string[]) => ["--curve", "none", "--bootstrap", "0", ...args];
  it.each([
    ["a compiled program", [], {}],
    ["a compiled program", ["--algorithm", "eap"], { algorithm: "edge-attribution" }],
    [
      "a compiled program",
      ["--algorithm", "eap", "--ablation", "zero"],
      { algorithm: "edge-attribution", ablation: "zero" },
    ],
    ["a program of numbers", [], {}],
    ["a published task on another model", ["--algorithm", "eap"], { algorithm: "edge-attribution" }],
    ["one's own small model", [], {}],
    ["one's own large model", ["--size", "9"], { size: 9 }],
    ["one's own small model", ["--algorithm", "eap", "--size", "5%"], { algorithm: "eap", size: { share: 0.05 } }],
  ] as const)("%s with %j", async (subject, flags, options) => {
    const { args, load } = subjects[subject]!;
    const all = ["discover", ...args(), ...typed(...flags), "--out", at("out"), "--json", at("out.json")];
    const { code, err } = await run(all);
    expect([code, err.includes("rror")]).toEqual([0, false]);
    const result = JSON.parse(readFileSync(at("out.json"), "utf8")) as DiscoverResult;
    await using task = await load("ablation" in options ? options.ablation : undefined);
    const found = await findCircuit(task, options);
    expect(result).toMatchObject({ algorithm: found.algorithm, options: { ablation: found.ablation } });
    const edges = ({ edge, token }: { edge: string; token: number | null }) => `${edge} ${token}`;
    const mine = [...found.circuit].map(({ name, token }) => edges({ edge: name, token }));
    expect(result.circuit.map(edges).toSorted()).toEqual(mine.toSorted());
    // The circuit that it is compared with is the one whose size it takes.
    expect(result.known?.edges.length ?? null).toBe(task.knownEdgeCount);
  });
});
