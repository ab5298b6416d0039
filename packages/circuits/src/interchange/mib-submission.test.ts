import { Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { mibName, mibNameProblem, mibSubmission } from "./mib-submission.ts";
import { readEapIgCircuit } from "./read-eap-ig.ts";

const graph = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false });
const scores = new PruneScores(
  graph,
  Float32Array.from({ length: graph.edgeCount }, (_, i) => i / 4 - 3),
);

it("is a file with all edges and their scores, in the folder of its name", async () => {
  const { path, text } = mibSubmission(scores, { name: "ioi_gpt2", dModel: 12 });
  expect(path).toBe("ioi_gpt2/importances.json");
  const back = await readEapIgCircuit(text);
  expect(Array.from(back.scores)).toEqual(Array.from(scores.values));
  expect(back.inCircuit).toEqual(new Uint8Array(graph.edgeCount).fill(1));
  expect(JSON.parse(text).cfg.d_model).toBe(12);
});

describe("a submission's name", () => {
  it.each([
    ["ioi", "gpt2", "ioi_gpt2"],
    ["greater_than", "openai-community/gpt2", "greater_than_openai-community-gpt2"],
    ["my names", "..\\own model", "my-names_..-own-model"],
  ])("of %s on %s is one that the benchmark takes", (task, model, name) => {
    expect(mibName(task, model)).toBe(name);
    expect(mibNameProblem(name)).toBeUndefined();
  });

  it.each(["ioi", "ioi_", "../ioi_gpt2", "ioi gpt2_a", ""])("is not %j", (name) => {
    expect(mibNameProblem(name)).toContain("TASK_MODEL");
    expect(() => mibSubmission(scores, { name })).toThrow(`\`name\` is ${JSON.stringify(name)}: the benchmark calls`);
  });
});

it("a graph that the format cannot hold is refused", () => {
  const nodes = Graph.of({ layers: 2, heads: 2, attnOnly: true, parallel: false });
  const none = new PruneScores(nodes, new Float32Array(nodes.edgeCount));
  expect(() => mibSubmission(none, { name: "a_b" })).toThrow(/the model has no MLPs/);
});
