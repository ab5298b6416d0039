import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { Subjects } from "../unit/subjects.ts";
import { expandPlan, unitText } from "./expand-plan.ts";
import type { SweepPlan } from "./plan.ts";
import { givenPlan, readPlan } from "./read-plan.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-plan-"));
afterAll(() => rmSync(root, { recursive: true }));
const gpt2 = fileURLToPath(new URL("../../../conformance/fixtures/hf/gpt2", import.meta.url));

const small: SweepPlan = { tasks: ["tracr-hist"], algorithms: ["random"] };
const expanded = async (plan: SweepPlan) => expandPlan(givenPlan(plan, root));
const only = async (plan: SweepPlan) => (await expanded(plan))[0]!.hash;

describe("a plan", () => {
  it("is expanded to tasks by seeds by algorithms, with every combination of a grid", async () => {
    const units = await expanded({
      tasks: ["tracr-hist", { task: "tracr-sort", key: "sorting", byToken: true, priority: 2 }],
      algorithms: [
        "ACDC",
        {
          algorithm: "mask-gradient",
          grid: { steps: [5, 10], ablation: ["resample", "zero"] },
          options: { gradFunction: "prob" },
        },
      ],
      seeds: [0, 3],
    });
    expect(units).toHaveLength(2 * 2 * 5);
    expect(units.map(({ index }) => index)).toEqual(units.map((_, i) => i));
    expect(units.slice(0, 5).map(unitText)).toEqual([
      "ACDC on tracr-hist, seed 0",
      "mask-gradient steps=5 ablation=resample on tracr-hist, seed 0",
      "mask-gradient steps=5 ablation=zero on tracr-hist, seed 0",
      "mask-gradient steps=10 ablation=resample on tracr-hist, seed 0",
      "mask-gradient steps=10 ablation=zero on tracr-hist, seed 0",
    ]);
    expect(units[2]!.options).toEqual({ gradFunction: "prob", steps: 5, ablation: "zero" });
    expect(units[0]!.options).toEqual({ taus: [1e-6, 1e-5, 1e-4, 1e-3] });
    expect(units[10]!.priority).toBe(2);
    expect(new Set(units.map(({ hash }) => hash)).size).toBe(20);
    expect(new Set(units.map(({ subject }) => subject.digest)).size).toBe(4);
  });

  it("of too many units is refused before any is made", async () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    const grid = { epochs: hundred, samples: hundred, lambda: hundred, clip: hundred };
    const plan: SweepPlan = {
      tasks: ["tracr-hist"],
      algorithms: ["random", { algorithm: "ugs", grid }],
      seeds: [0, 1],
    };
    await expect(expanded(plan)).rejects.toThrow(/has 200,000,002 units .*at most 100,000.*`maxUnits`/);
    const two = { ...small, seeds: [0, 1] };
    await expect(expandPlan(givenPlan(two, root), { maxUnits: 1 })).rejects.toThrow(/2 units .*at most 1 are/);
    expect(await expandPlan(givenPlan(two, root), { maxUnits: 2 })).toHaveLength(2);
  });

  it("is read from JSON and from YAML alike", async () => {
    writeFileSync(join(root, "a.json"), JSON.stringify({ ...small, seeds: [1], measure: { ablations: ["zero"] } }));
    writeFileSync(
      join(root, "b.yaml"),
      "# words\ntasks: [tracr-hist]\nalgorithms:\n  - random\nseeds: [1]\nmeasure: {ablations: [zero]}\n",
    );
    const [a, b] = await Promise.all(["a.json", "b.yaml"].map((name) => readPlan(join(root, name))));
    expect(b!.plan).toEqual(a!.plan);
    expect([a!.name, b!.name, a!.folder]).toEqual(["a", "b", root]);
    expect((await expandPlan(b!))[0]!.hash).toBe((await expandPlan(a!))[0]!.hash);
  });

  it("compares with the known circuit that the ablation fits", async () => {
    const task = { task: "tracr-xproportion" };
    const acdc = (options: Record<string, unknown>) => ({ algorithm: "acdc", key: JSON.stringify(options), options });
    const algorithms = [acdc({ ablation: "zero" }), acdc({}), "ground-truth"];
    const circuits = async (plan: SweepPlan) => (await expanded(plan)).map(({ subject }) => subject.task.knownCircuit);
    expect(await circuits({ tasks: [task], algorithms })).toEqual(["acdc", undefined, undefined]);
    const zero = { measure: { ablations: ["zero"] as const } };
    expect(await circuits({ tasks: [task], algorithms, ...zero })).toEqual(["acdc", undefined, "acdc"]);
    // Once for all that are compared with the same: their prompts are made and hashed once.
    const [one, , other] = await expanded({ tasks: [task], algorithms, ...zero });
    expect(other!.subject).toBe(one!.subject);
    const asked = { ...task, knownCircuit: "autocircuit" };
    expect(new Set(await circuits({ tasks: [asked], algorithms, ...zero }))).toEqual(new Set(["autocircuit"]));
    await using subjects = new Subjects();
    const [first, second] = await expanded({ tasks: [task], algorithms });
    expect((await subjects.of(first!.subject)).knownEdges).toHaveLength(5);
    expect((await subjects.of(second!.subject)).knownEdges).toHaveLength(3);
  });

  it("gives a unit another hash for all that decides its result, and for nothing else", async () => {
    const hash = await only(small);
    expect(await only({ ...small, name: "other", tasks: [{ task: "tracr-hist", key: "x", priority: 3 }] })).toBe(hash);
    expect(await only({ ...small, algorithms: [{ algorithm: "random", key: "chance" }] })).toBe(hash);
    const others = await Promise.all([
      only({ ...small, seeds: [1] }),
      only({ ...small, dtype: "float64" }),
      only({ ...small, device: "cuda" }),
      only({ ...small, algorithms: ["ground-truth"] }),
      only({ ...small, algorithms: [{ algorithm: "acdc", options: { taus: [0.1] } }] }),
      only({ ...small, algorithms: [{ algorithm: "acdc", options: { taus: [0.2] } }] }),
      only({ ...small, tasks: ["tracr-sort"] }),
      only({ ...small, tasks: [{ task: "tracr-hist", byToken: true }] }),
      only({ ...small, measure: { sizes: [1] } }),
      only({ ...small, measure: { mib: true } }),
    ]);
    expect(new Set([hash, ...others]).size).toBe(others.length + 1);
    expect(await only({ ...small, device: "cuda:1" })).toBe(await only({ ...small, device: "cuda" }));
  });

  it("looks into the files of models and prompts", async () => {
    cpSync(gpt2, join(root, "model"), { recursive: true });
    const prompts = (id: number) =>
      JSON.stringify({
        prompts: [0, 1].map((row) => ({ clean: [row, 2], corrupt: [row, 3], answers: [id], wrong_answers: [1] })),
      });
    writeFileSync(join(root, "prompts.json"), prompts(4));
    const task = { key: "own", model: "model", prompts: "prompts.json", batchSize: 1, batchCount: 1 };
    const plan: SweepPlan = { tasks: [task], algorithms: ["random"] };
    const hash = await only(plan);
    expect(await only(plan)).toBe(hash);
    writeFileSync(join(root, "prompts.json"), prompts(5));
    const other = await only(plan);
    writeFileSync(join(root, "model", "config.json"), `${JSON.stringify({ model_type: "gpt2" })}\n`);
    const third = await only(plan);
    expect(new Set([hash, other, third]).size).toBe(3);
    expect((await expanded(plan))[0]!.subject.task).toMatchObject({
      model: join(root, "model"),
      prompts: [join(root, "prompts.json")],
    });
    // Hashes of files are kept, so that large ones are read once.
    const digests = join(root, "digests.json");
    for (const _ of [1, 2]) expect((await expandPlan(givenPlan(plan, root), { digests }))[0]!.hash).toBe(third);
    writeFileSync(digests, "{");
    expect((await expandPlan(givenPlan(plan, root), { digests }))[0]!.hash).toBe(third);
  });
});

const mine = { key: "own", model: "model", prompts: "a.json", batchSize: 1, batchCount: 1 };

it("a task that takes more prompts than there are is refused, with how many there are", async () => {
  cpSync(gpt2, join(root, "few-model"), { recursive: true });
  const pair = { clean: [1, 2], corrupt: [1, 3], answers: [4], wrong_answers: [1] };
  writeFileSync(join(root, "few.json"), JSON.stringify({ prompts: [pair, pair, pair] }));
  const task = { ...mine, model: "few-model", prompts: "few.json" };
  const plan = (more: object) => expanded({ ...small, tasks: [{ ...task, ...more }] });
  expect(await plan({ batchCount: { train: 2, test: 1 } })).toHaveLength(1);
  await expect(plan({ batchSize: 100, batchCount: 5 })).rejects.toMatchObject({
    code: "bad-input",
    message: expect.stringMatching(
      /task "own".* are 500 prompts to discover with and 500 to measure on, but there are 3 prompts/,
    ),
  });
  writeFileSync(join(root, "few.json"), JSON.stringify({ prompts: [pair, { ...pair, clean: 5 }] }));
  await expect(plan({})).rejects.toThrow(/few\.json: prompts\[1\]/);
});

describe("wrong plans are refused before anything runs", () => {
  const cases: [string, unknown, string, RegExp][] = [
    ["no object", 5, "bad-input", /must be an object with `tasks`/],
    ["no tasks", { algorithms: ["random"] }, "bad-input", /`tasks` must be .* left out/],
    ["an empty list", { ...small, seeds: [] }, "bad-input", /`seeds` must be .* not empty/],
    ["an unknown field", { ...small, task: [] }, "unknown-name", /no option `task`\. Did you mean tasks\?/],
    [
      "a field of a task",
      { ...small, tasks: [{ task: "tracr-hist", bytoken: true }] },
      "unknown-name",
      /Did you mean byToken/,
    ],
    [
      "half precision with autoencoders",
      { ...small, dtype: "bfloat16", tasks: [{ task: "ioi-component", model: "m", autoencoders: "saes" }] },
      "bad-input",
      /task "ioi-component" of the plan: A model with `autoencoders` computes in float32 or float64, not in bfloat16/,
    ],
    [
      "pruning that is not asked for",
      { ...small, tasks: [{ ...mine, autoencoders: "saes", maxLatents: 3 }] },
      "bad-input",
      /`maxLatents` says how latents are pruned, and they are not: give `pruneLatents` too/,
    ],
    [
      "latents without autoencoders",
      { ...small, tasks: [{ ...mine, partialAutoencoders: true }] },
      "bad-input",
      /`partialAutoencoders` is about `autoencoders`/,
    ],
    [
      "autoencoders of a compiled model",
      { ...small, tasks: [{ task: "tracr-hist", autoencoders: "saes" }] },
      "bad-input",
      /The plan: tracr-hist has a compiled model, .* no sparse autoencoders: leave `autoencoders` out/,
    ],
    [
      "nodes with what is about heads",
      { ...small, tasks: [{ ...mine, factorized: false, separateQkv: false }] },
      "bad-input",
      /`factorized: false` has no queries, keys and values: leave `separateQkv: false` out/,
    ],
    ["an unknown task", { ...small, tasks: ["tracr-hsit"] }, "unknown-name", /Did you mean tracr-hist/],
    [
      "an unknown circuit",
      { ...small, tasks: [{ task: "tracr-reverse", knownCircuit: "acd" }] },
      "unknown-name",
      /acdc/,
    ],
    ["an unknown algorithm", { ...small, algorithms: ["acdcc"] }, "unknown-name", /Did you mean acdc/],
    ["an unknown preset", { ...small, algorithms: ["Tree Probin"] }, "unknown-name", /Did you mean Tree Probing/],
    [
      "an unknown option",
      { ...small, algorithms: [{ algorithm: "acdc", options: { tau: 1 } }] },
      "unknown-name",
      /taus/,
    ],
    [
      "an unknown option in a grid",
      { ...small, algorithms: [{ algorithm: "mask-gradient", grid: { step: [1] } }] },
      "unknown-name",
      /steps/,
    ],
    [
      "an unknown choice",
      { ...small, algorithms: [{ algorithm: "acdc", options: { ablation: "zeros" } }] },
      "unknown-name",
      /Did you mean zero/,
    ],
    [
      "a value of another kind",
      { ...small, algorithms: [{ algorithm: "acdc", options: { taus: 0.1 } }] },
      "bad-input",
      /taus must be a list/,
    ],
    [
      "a seed among options",
      { ...small, algorithms: [{ algorithm: "random", options: { seed: 1 } }] },
      "bad-input",
      /`seeds` of the plan/,
    ],
    ["an unknown metric", { ...small, measure: { metrics: ["kl-cleen"] } }, "unknown-name", /Did you mean kl-clean/],
    [
      "a metric with letters swapped",
      { ...small, measure: { metrics: ["kl-claen"] } },
      "unknown-name",
      /Did you mean kl-clean/,
    ],
    [
      "a metric twice",
      { ...small, measure: { metrics: ["kl-clean", "kl-clean"] } },
      "bad-input",
      /measure\.metrics.*twice/,
    ],
    [
      "an ablation twice",
      { ...small, measure: { ablations: ["zero", "zero"] } },
      "bad-input",
      /measure\.ablations.*twice/,
    ],
    ["a size twice", { ...small, measure: { sizes: [0, 5, 0] } }, "bad-input", /`measure\.sizes` has 0 twice/],
    ["a seed twice", { ...small, seeds: [1, 1] }, "bad-input", /`seeds` has 1 twice/],
    [
      "a value of a grid twice",
      { ...small, algorithms: [{ algorithm: "ceap", grid: { steps: [2, 2] } }] },
      "bad-input",
      /grid\.steps` has 2 twice/,
    ],
    [
      "prompts twice",
      { ...small, tasks: [{ ...mine, prompts: ["a.json", "./a.json"] }] },
      "bad-input",
      /`prompts` of the task "own" has .* twice/,
    ],
    [
      "an empty key",
      { ...small, tasks: [{ task: "tracr-hist", key: "" }] },
      "bad-input",
      /`key` must be a text that is not empty/,
    ],
    [
      "an empty key of an algorithm",
      { ...small, algorithms: [{ algorithm: "random", key: " " }] },
      "bad-input",
      /`key` must be a text/,
    ],
    [
      "a misspelt part of a size",
      { ...small, tasks: [{ ...mine, batchSize: { trian: 2, test: 2 } }] },
      "unknown-name",
      /`batchSize` of a task.* no option `trian`.* Did you mean train/,
    ],
    [
      "half a size",
      { ...small, tasks: [{ ...mine, batchCount: { train: 2 } }] },
      "bad-input",
      /`batchCount` of a task.*`test` must be .* left out/,
    ],
    [
      "a size that is no number",
      { ...small, tasks: [{ ...mine, batchSize: { train: Number.NaN, test: 1 } }] },
      "bad-input",
      /`train` must be a whole number of at least 1.*NaN/,
    ],
    ...[0, -1, 1.5].map((steps): [string, unknown, string, RegExp] => [
      `${steps} steps`,
      { ...small, algorithms: [{ algorithm: "mask-gradient", options: { steps } }] },
      "bad-input",
      /steps must be a whole number/,
    ]),
    [
      "no steps, in a grid",
      { ...small, algorithms: [{ algorithm: "eap-ig-inputs", grid: { steps: [5, 0] } }] },
      "bad-input",
      /steps must be a whole number from 1 to 10000/,
    ],
    ["an unknown ablation", { ...small, measure: { ablations: ["zro"] } }, "unknown-name", /Did you mean zero/],
    ["the same twice", { ...small, algorithms: ["random", "random"] }, "bad-input", /random.*twice/],
    [
      "the same under two keys",
      { ...small, algorithms: ["random", { algorithm: "random", key: "r" }] },
      "bad-input",
      /are the same/,
    ],
    ["a device that the machine decides", { ...small, device: "auto" }, "bad-input", /each machine decide/],
    [
      "a model for a compiled task",
      { ...small, tasks: [{ task: "tracr-hist", model: "x" }] },
      "bad-input",
      /leave `model` out/,
    ],
    ["no model for a task that needs one", { ...small, tasks: ["ioi-component"] }, "bad-input", /`model` must say/],
    ["prompts without a model", { ...small, tasks: [{ prompts: "x.json" }] }, "bad-input", /or `model` and `prompts`/],
  ];
  it.each(cases)("%s", async (_, plan, code, message) => {
    const error = await expanded(plan as SweepPlan).catch((error: unknown) => error);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("and files that are none", async () => {
    writeFileSync(join(root, "broken.json"), '{"tasks": [');
    writeFileSync(join(root, "broken.yaml"), "tasks: [a\n");
    await expect(readPlan(join(root, "none.json"))).rejects.toMatchObject({ code: "not-found" });
    await expect(readPlan(join(root, "broken.json"))).rejects.toThrow(/broken\.json: it is not valid JSON: line 1/);
    await expect(readPlan(join(root, "broken.yaml"))).rejects.toThrow(/broken\.yaml: it is not valid YAML/);
    const bomb = [
      "a: &a [x, x]",
      ...[..."bcdefghijk"].map(
        (name, i) => `${name}: &${name} [*${"abcdefghij"[i]}, *${"abcdefghij"[i]}, *${"abcdefghij"[i]}]`,
      ),
    ];
    writeFileSync(join(root, "bomb.yaml"), bomb.join("\n"));
    await expect(readPlan(join(root, "bomb.yaml"))).rejects.toMatchObject({ code: "bad-file" });
  });
});
