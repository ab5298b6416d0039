import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEapIgCircuit } from "@autocircuit/circuits";
import { Graph, PruneScores, setMaxEdges } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOverflowModel } from "../test/overflow-model.ts";
import { run } from "../test/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "seems-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: unknown) => {
  writeFileSync(at(name), JSON.stringify(content));
  return at(name);
};
const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8").replaceAll("-Infinity", "null"));

const pairs = (change: (id: number) => number) =>
  Array.from({ length: 4 }, (_, row) => {
    const clean = [row, row + 2, 7, row + 4];
    return { clean, corrupt: clean.map(change), answers: [row], wrong_answers: [row + 5] };
  });

beforeAll(async () => {
  await writeOverflowModel(at("overflow"));
  await writeOverflowModel(at("usual"), 1);
  write("prompts.json", { prompts: pairs((id) => (id + 1) % 12) });
  write("equal.json", { prompts: pairs((id) => id) });
  write("some-equal.json", { prompts: [...pairs((id) => id).slice(0, 1), ...read("prompts.json").prompts.slice(1)] });
  write("edges.json", ["A0.0->Resid End"]);
});

describe("finite weights whose logits are no numbers", () => {
  const prompts = () => ["--prompts", at("prompts.json")];
  it.each<[string, () => string[]]>([
    ["generate", () => ["generate", "--model", at("overflow"), "--tokens", "1,2"]],
    ["patch", () => ["patch", "--model", at("overflow"), ...prompts(), "--edges", at("edges.json")]],
    ["acdc", () => ["discover", "--model", at("overflow"), ...prompts(), "--algorithm", "acdc", "--out", at("o")]],
    ...["edge-attribution", "mask-gradient", "subnetwork-probing"].map((algorithm): [string, () => string[]] => [
      algorithm,
      () => [
        "discover",
        "--model",
        at("overflow"),
        ...prompts(),
        "--algorithm",
        algorithm,
        "--size",
        "3",
        "--out",
        at("o"),
      ],
    ]),
    ["keep", () => ["discover", "--model", at("overflow"), ...prompts(), "--keep", "1", "--out", at("o")]],
  ])("%s ends with exit code 1 and says where", async (_name, args) => {
    const { code, err } = await run(args());
    expect(err).toMatch(/The logits of prompt \d+ \(tokens [\d ]+\) are not numbers|The logits of prompt in row 0/);
    expect(err).toMatch(/lead beyond the range of float32.*compute in float64/);
    expect(code).toBe(1);
  });

  it("are numbers in a wider type", async () => {
    const args = ["generate", "--model", at("overflow"), "--tokens", "1,2", "--max-tokens", "1", "--dtype", "float64"];
    expect(await run(args)).toMatchObject({ code: 0 });
  });
});

describe("-Infinity in other tools' files", () => {
  const graph = Graph.of({ layers: 2, heads: 4, attnOnly: false, parallel: false });
  const kept = [graph.index("Resid Start->A0.3.K"), graph.index("A0.3->Resid End")];
  const scores = new Float64Array(graph.edgeCount).fill(Number.NEGATIVE_INFINITY);
  for (const [i, edge] of kept.entries()) scores[edge] = i - 2.5;

  it("means that an edge is not in the circuit, through every format", async () => {
    const inCircuit = Uint8Array.from(scores.keys(), (edge) => Number(kept.includes(edge)));
    writeFileSync(at("eap.json"), formatEapIgCircuit({ name: null, graph, scores, inCircuit }));
    expect(await run(["convert", at("eap.json"), at("s.safetensors")])).toMatchObject({ code: 0, err: "" });
    for (const size of [["--size", "2"], []]) {
      const { code, out } = await run(["convert", at("s.safetensors"), at("top.json"), ...size]);
      expect([code, out]).toEqual([0, expect.stringContaining("2 of 110 edges")]);
      const marked = Object.entries(read("top.json").edges).filter(
        ([, edge]) => (edge as { in_graph: boolean }).in_graph,
      );
      expect(marked.map(([name]) => name)).toEqual(["input->a0.h3<k>", "a0.h3->logits"]);
    }
    expect(await run(["convert", at("s.safetensors"), at("top.json"), "--size", "5"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/only 2 edges have a score; the other 108 are marked as not in the circuit/),
    });
    expect((await PruneScores.load(at("s.safetensors"))).top(2).map(String)).toEqual([
      "Resid Start->A0.3.K",
      "A0.3->Resid End",
    ]);
  });

  it("is refused for an edge that is said to be in the circuit, as is NaN", async () => {
    for (const [score, code, message] of [
      ["-Infinity", 2, /is in the circuit, but its score, -Infinity/],
      ["NaN", 1, /the score of Resid Start->A0.0.Q is NaN/],
    ] as const) {
      const edges = { "input->a0.h0<q>": { score, in_graph: true } };
      write("odd.json", { cfg: { n_layers: 2, n_heads: 4, parallel_attn_mlp: false }, nodes: {}, edges });
      expect(await run(["convert", at("odd.json"), at("out.json")])).toMatchObject({
        code,
        err: expect.stringMatching(message),
      });
    }
  });
});

describe("what is not as it was asked for is said", () => {
  const discover = (prompts: string, ...args: string[]) =>
    run([
      "discover",
      "--model",
      at("usual"),
      "--prompts",
      at(prompts),
      "--out",
      at("d"),
      "--json",
      at("d.json"),
      ...args,
    ]);

  it("equal clean and corrupt prompts, and ties", async () => {
    const asked = ["--algorithm", "ground-truth", "--set", "edges=Resid Start->Resid End", "--size", "3"];
    const { code, out } = await discover("some-equal.json", ...asked);
    expect(code).toBe(0);
    expect(out.match(/clean and corrupt are the same in 1 of 4 prompt pairs: for these/g)).toHaveLength(1);
    expect(out).toMatch(/warning: 9 edges instead of the 3 asked for, because \d edges tie .* with a score of 0/);
    expect(read("d.json").notes).toHaveLength(2);
    expect(readFileSync(join(at("d"), "report.html"), "utf8")).toMatch(
      /clean and corrupt are the same[\s\S]*9 edges instead of the 3/,
    );
    const refused = await discover("equal.json", "--algorithm", "edge-attribution", "--size", "3");
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(
        /Clean and corrupt are the same in all 4 prompt pairs, from .*equal\.json: prompts\[0\] on: .*--ablation/,
      ),
    ]);
    const patch = await run([
      "patch",
      "--model",
      at("usual"),
      "--prompts",
      at("equal.json"),
      "--edges",
      at("edges.json"),
      "--ablation",
      "zero",
    ]);
    expect(patch.out).toMatch(/clean and corrupt are the same in all 4 prompt pairs\n/);
  });

  it("edges that lead nowhere, left out with --prune", async () => {
    const given = [
      "--algorithm",
      "ground-truth",
      "--set",
      "edges=Resid Start->A0.0.Q,Resid Start->A0.1.Q,A0.1->Resid End",
      "--size",
      "3",
    ];
    const whole = await discover("prompts.json", ...given);
    expect([whole.code, whole.out]).toEqual([
      0,
      expect.stringMatching(/1 of the 3 edges lead nowhere.*--prune leaves them out/),
    ]);
    expect(read("d.json")).toMatchObject({ dangling: 1, pruned: false, circuit: { length: 3 } });
    const pruned = await discover("prompts.json", ...given, "--prune");
    expect([pruned.code, pruned.out]).toEqual([0, expect.stringMatching(/They are left out, 2 are left/)]);
    const { dangling, circuit, divergence } = read("d.json");
    expect([dangling, circuit.map(({ edge }: { edge: string }) => edge).sort()]).toEqual([
      1,
      ["A0.1->Resid End", "Resid Start->A0.1.Q"],
    ]);
    expect(divergence.circuit).toBeGreaterThanOrEqual(0);
  });

  it("a size beyond the graph, before anything is discovered", async () => {
    const { code, err, out } = await discover("prompts.json", "--algorithm", "acdc", "--size", "10");
    expect([code, err]).toEqual([2, expect.stringContaining("--size 10 is more than the graph has: give at most 9.")]);
    expect(out).not.toContain("memory:");
  });
});

describe("graphs without bound", () => {
  it("are refused at once, in every file that names one", async () => {
    const graph = {
      ...{ layers: 1e6, heads: 4, kvHeads: 4, attnOnly: false, parallel: false },
      ...{ factorized: true, separateQkv: true, ungrouped: false, seqLen: null },
    };
    write("circuit.json", { circuit: "x", graph, edgeCount: 1, edges: [] });
    write("eap-huge.json", { cfg: { n_layers: 1e9, n_heads: 4, parallel_attn_mlp: false }, nodes: {}, edges: {} });
    const config = JSON.parse(readFileSync(join(at("usual"), "config.json"), "utf8"));
    rmSync(at("huge"), { recursive: true, force: true });
    await writeOverflowModel(at("huge"));
    write("huge/config.json", { ...config, n_layers: 1e8 });
    for (const args of [
      ["convert", at("circuit.json"), at("o.json")],
      ["convert", at("eap-huge.json"), at("o.json")],
    ])
      expect(await run(args)).toMatchObject({ code: 2, err: expect.stringMatching(/131,?072 are allowed/) });
    // However large a graph may be: no model has so many blocks.
    for (const args of [
      ["model", at("huge")],
      ["generate", "--model", at("huge"), "--tokens", "1"],
      ["model", at("huge"), "--max-edges", "30000000000"],
      ["discover", "--model", at("huge"), "--prompts", at("prompts.json"), "--max-edges", "30000000000"],
    ]) {
      const { code, err } = await run(args);
      expect([code, err]).toEqual([2, expect.stringMatching(/`n_layers` is 100000000, .* 65536 that any model may/)]);
    }
    setMaxEdges();
  });

  it("are allowed where the limit is raised, which can be lowered too", async () => {
    const lowered = await run(["model", at("usual"), "--max-edges", "8"]);
    expect([lowered.code, lowered.err]).toEqual([
      2,
      expect.stringMatching(/has 9 edges; at most 8 are allowed.*--max-edges 9\./),
    ]);
    expect(await run(["model", at("usual"), "--max-edges", "1000"])).toMatchObject({ code: 0 });
    setMaxEdges();
  });
});
