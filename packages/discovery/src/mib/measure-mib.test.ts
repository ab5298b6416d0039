import { Circuit, PromptLoader, PruneScores, runCircuits } from "@autocircuit/core";
import { logitDiff, mibScores, mibSizes } from "@autocircuit/metrics";
import { expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { eapIgInputs } from "../attribution/eap-ig-inputs.ts";
import { selectTop } from "../selection/select-top.ts";
import { measureMib } from "./measure-mib.ts";

const { model, prompts } = await withModelAnswers(randomTask({ seed: 4, layers: 3, heads: 3, promptCount: 6 }));
const scores = await eapIgInputs(model, prompts);

it("is the benchmark's areas of the circuits of its sizes, signed and absolute, linear and logarithmic", async () => {
  const measured = await measureMib(model, prompts, scores);
  for (const rank of ["signed", "absolute"] as const) {
    const circuits = mibSizes(model.graph.edgeCount).map((size) => selectTop(scores, size, { rank }));
    using runs = await runCircuits(model, prompts, { circuits: [Circuit.of(model.graph, []), ...circuits] });
    const [empty, ...values] = (await logitDiff(model, prompts, runs)).map(({ value }) => value);
    for (const axis of ["linear", "log"] as const) {
      const { cpr, cmd } = mibScores(values, { full: values.at(-1)!, empty: empty!, axis });
      expect(measured[rank].areas[axis].cpr).toBeCloseTo(cpr, 5);
      expect(measured[rank].areas[axis].cmd).toBeCloseTo(cmd, 5);
    }
    expect(measured[rank].points.map(({ size }) => size)).toEqual(circuits.map(({ size }) => size));
    expect(measured[rank].points.at(-1)!.faithfulness).toBeCloseTo(1, 9);
  }
  expect(measured.auroc).toBe(null);
});

it("AUROC: scores that rank the circuit first have 1, and signed ranks differ from absolute ones", async () => {
  const values = new Float32Array(model.graph.edgeCount);
  for (const edge of [3, 5, 8]) values[edge] = 1 + edge;
  values[20] = -30;
  const { auroc } = await measureMib(model, prompts, new PruneScores(model.graph, values), { knownEdges: [3, 5, 8] });
  expect(auroc!.signed).toBe(1);
  expect(auroc!.absolute).toBeLessThan(1);
});

it("wrong input", async () => {
  const pairs = prompts.batches.flatMap((batch) => batch.prompts);
  const open = new PromptLoader(
    pairs.map((pair) => ({ ...pair, wrongAnswers: [] })),
    { batchSize: 6 },
  );
  await expect(measureMib(model, open, scores)).rejects.toThrow(/prompt 0 has no wrong answers/);
  const same = new PromptLoader(
    pairs.map((pair) => ({ ...pair, corrupt: pair.clean })),
    { batchSize: 6 },
  );
  await expect(measureMib(model, same, scores)).rejects.toThrow(/faithfulness has no unit/);
});
