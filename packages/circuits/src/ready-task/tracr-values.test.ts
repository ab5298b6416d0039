import { Circuit, runCircuits } from "@autocircuit/core";
import { setThreads } from "@autocircuit/native";
import { expect, it } from "vitest";
import { tracrReverse } from "../tasks/tracr-reverse/tracr-reverse.ts";

await setThreads(1);

// AutoCircuit's test of tracr-reverse: everything that reaches the output patched in from the clean prompts.
it("all edges into the output give the clean one: answers at 1, differing where the answers do", async () => {
  await using task = await tracrReverse();
  const { graph } = task.model;
  const circuits = [Circuit.where(graph, (index) => graph.edge(index).dest.name === "Resid End")];
  using runs = await runCircuits(task.model, task.test, { circuits, patch: "edge" });
  const differences: number[] = [];
  const differing: boolean[] = [];
  for (const [index, batch] of task.test.batches.entries()) {
    using clean = await task.model.forward(batch.clean);
    using moved = runs[0]!.logits[index]!.sub(clean).abs().max();
    expect(await moved.item()).toBeLessThan(1e-5);
    const outputs = (await runs[0]!.logits[index]!.toArray()) as number[][][];
    for (const [row, { answers, wrongAnswers }] of batch.prompts.entries()) {
      for (const [position, logits] of outputs[row]!.entries()) {
        const [answer] = answers[position] as number[];
        const [wrong] = wrongAnswers[position] as number[];
        // The compiled model writes 1 for the answer and 0 for all others.
        expect(logits[answer!]).toBeCloseTo(1, 5);
        differences.push(logits[answer!]! - logits[wrong!]!);
        differing.push(answer !== wrong);
      }
    }
  }
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const share = differing.filter(Boolean).length / differing.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(1);
  expect(mean).toBeCloseTo(share, 5);
});
