import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import { answerLoss } from "../loss.ts";
import { ceap } from "./ceap.ts";
import { cleanCorrupted } from "./clean-corrupted.ts";
import { cleanRunScores } from "./clean-run-scores.ts";
import { cutEffects } from "./cut-effects.ts";
import { eapGp } from "./eap-gp.ts";
import { eapIgActivations } from "./eap-ig-activations.ts";
import { eapIgInputs } from "./eap-ig-inputs.ts";
import { exact } from "./exact.ts";
import { informationFlowRoutes } from "./information-flow.ts";
import { nodeScores } from "./node-scores.ts";
import { relp } from "./relp.ts";
import { maskFrom } from "./start-edges.ts";

type Task = ReturnType<typeof randomTask>;

const graphs = [{}, { parallel: true }, { separateQkv: false }, { byToken: true }];

/** The mask that takes the ablated embedding everywhere. */
const allFromStart = ({ model }: Task) => maskFrom(model.graph, ({ kind }) => kind === "start", 1);

/** The loss of all batches under a mask, summed. */
async function lossOf({ model, prompts }: Task, mask: Float32Array): Promise<number> {
  let sum = 0;
  for (const batch of prompts.batches)
    sum += await scope(async () => {
      const ablation = await model.ablations(batch.corrupt, "resample");
      const dtype = model.computeDtype === "float64" ? "float64" : "float32";
      const logits = await model.forward(batch.clean, { ablate: Tensor.from(mask).to(dtype), ablation });
      return answerLoss(logits, batch, "logit", "avg-diff").item();
    });
  return sum;
}

function sumWhere({ model }: Task, values: Float32Array, keep: (src: string, dest: string) => boolean): number {
  return values.reduce((sum, value, index) => {
    const { src, dest } = model.graph.edge(index);
    return keep(src.kind, dest.kind) ? sum + value : sum;
  }, 0);
}

describe("identities", () => {
  test.each(graphs)(
    "%o: integrated over many steps, edges of the embedding sum to the change of the loss",
    async (graph) => {
      const task = randomTask({ seed: 5, dtype: "float64", promptCount: 4, ...graph });
      const steps = 60;
      const integrated = await eapIgInputs(task.model, task.prompts, { steps });
      // The trapezoidal rule: the ablated end, which is among the points, counts half, and the clean one the other half.
      const clean = await edgeAttribution(task.model, task.prompts);
      const ends = await cleanCorrupted(task.model, task.prompts);
      const values = integrated.values.map((sum, edge) => sum + (clean.values[edge]! - ends.values[edge]!) / steps);
      const none = new Float32Array(task.model.graph.edgeCount);
      const change = (await lossOf(task, allFromStart(task))) - (await lossOf(task, none));
      const sum = sumWhere(task, values, (src) => src === "start");
      expect(Math.abs(sum - change)).toBeLessThan(1e-3 * Math.max(1, Math.abs(change)));
    },
  );

  test.each(graphs)("%o: CEAP's edges into the end sum to the change of the loss", async (graph) => {
    const task = randomTask({ seed: 6, dtype: "float64", promptCount: 4, ...graph });
    const none = new Float32Array(task.model.graph.edgeCount);
    const change = (await lossOf(task, allFromStart(task))) - (await lossOf(task, none));
    const sums: number[] = [];
    for (const from of ["corrupt", "clean"] as const) {
      const { values } = await ceap(task.model, task.prompts, { steps: 40, from });
      sums.push(sumWhere(task, values, (_, dest) => dest === "end"));
    }
    // The trapezoidal rule: the mean of both directions.
    expect(Math.abs((sums[0]! + sums[1]!) / 2 - change)).toBeLessThan(1e-3 * Math.max(1, Math.abs(change)));
  });

  test("CEAP of one step from the clean end, and IG's end points, are EAP", async () => {
    const task = randomTask({ seed: 7 });
    const expected = await edgeAttribution(task.model, task.prompts);
    const scale = Math.max(...expected.values.map(Math.abs));
    for (const same of [
      await cleanRunScores(task.model, task.prompts),
      await ceap(task.model, task.prompts, { steps: 1, from: "clean" }),
      await relp(task.model, task.prompts, { norms: false, activations: false, gates: false }),
    ])
      same.values.forEach((value, edge) => {
        expect(Math.abs(value - expected.values[edge]!)).toBeLessThan(1e-5 * scale);
      });
  });

  test("exact is the difference of two runs", async () => {
    const task = randomTask({ seed: 8, promptCount: 4 });
    const { values } = await exact(task.model, task.prompts);
    const none = new Float32Array(values.length);
    const base = await lossOf(task, none);
    for (let edge = 0; edge < values.length; edge += 7) {
      const mask = none.slice();
      mask[edge] = 1;
      expect(values[edge]!).toBeCloseTo(((await lossOf(task, mask)) - base) / task.prompts.length, 4);
    }
  });

  test("a node's score is the sum of its edges' and of its neurons'", async () => {
    const task = randomTask({ seed: 9 });
    for (const [algorithm, edges] of [
      [{ algorithm: "edge-attribution" }, await edgeAttribution(task.model, task.prompts)],
      [{ algorithm: "clean-corrupted" }, await cleanCorrupted(task.model, task.prompts)],
      [{ algorithm: "eap-ig-activations", steps: 2 }, await eapIgActivations(task.model, task.prompts, { steps: 2 })],
    ] as const) {
      const { nodes, values, neurons } = await nodeScores(task.model, task.prompts, algorithm);
      nodes.forEach((node, i) => {
        const sum = edges.values.reduce(
          (total, value, index) => (task.model.graph.edge(index).src === node ? total + value : total),
          0,
        );
        expect(values[i]!).toBeCloseTo(sum, 4);
        expect(neurons[i]!.reduce((a, b) => a + b, 0)).toBeCloseTo(values[i]!, 6);
      });
    }
  });

  test("shares of the stream sum to one at every destination", async () => {
    const task = randomTask({ seed: 10 });
    const { values } = await informationFlowRoutes(task.model, task.prompts);
    for (const { offset, sourceCount } of task.model.graph.groups)
      expect(values.subarray(offset, offset + sourceCount).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
  });
});

describe("scores of single prompts", () => {
  const methods = { edgeAttribution, eapIgInputs, cleanCorrupted, eapIgActivations, ceap, relp, eapGp };

  test.each(Object.entries(methods))("%s: they add up", async (_, algorithm) => {
    const task = randomTask({ seed: 11, promptCount: 4 });
    const rows: Float32Array[] = [];
    const onPrompt = (scores: Float32Array) => rows.push(scores);
    const options = { steps: 2 };
    const whole = await algorithm(task.model, task.prompts, algorithm.name.startsWith("eapIg") ? options : {});
    await algorithm(task.model, task.prompts, { ...(algorithm.name.startsWith("eapIg") ? options : {}), onPrompt });
    expect(rows).toHaveLength(task.prompts.promptCount);
    const scale = Math.max(...whole.values.map(Math.abs));
    const size = task.prompts.batches[0]!.size;
    whole.values.forEach((value, edge) => {
      const sum = rows.reduce((total, row) => total + row[edge]!, 0) / size;
      expect(Math.abs(sum - value)).toBeLessThan(1e-4 * scale);
    });
  });
});

describe("losses", () => {
  test("KL at the clean run is an error, elsewhere it has gradients", async () => {
    const task = randomTask({ seed: 12 });
    for (const algorithm of [edgeAttribution, relp])
      await expect(algorithm(task.model, task.prompts, { loss: "kl-div" })).rejects.toThrow(/zero by construction/);
    const { values } = await eapIgInputs(task.model, task.prompts, { loss: "kl-div", steps: 2 });
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0);
  });

  test("KL is an error too where the clean run is the only point that an integral looks at", async () => {
    const { model, prompts } = randomTask({ seed: 12 });
    const [loss, zero] = ["kl-div", /zero by construction/] as const;
    await expect(eapIgActivations(model, prompts, { loss, steps: 1 })).rejects.toThrow(zero);
    for (const algorithm of ["edge-attribution", "eap-ig-inputs", "eap-ig-activations"] as const)
      await expect(
        nodeScores(model, prompts, { loss, algorithm, ...(algorithm !== "edge-attribution" && { steps: 1 }) }),
      ).rejects.toThrow(zero);
    // These look elsewhere as well.
    await eapIgInputs(model, prompts, { loss, steps: 1 });
    await nodeScores(model, prompts, { loss, algorithm: "clean-corrupted" });
    const { values } = await nodeScores(model, prompts, { loss, algorithm: "eap-ig-inputs", steps: 2 });
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(1e-4);
  });

  test("what would do nothing is refused: functions of answers with KL, steps where nothing is integrated", async () => {
    const { model, prompts } = randomTask({ seed: 12 });
    for (const [name, value] of Object.entries({ gradFunction: "prob", answerFunction: "avg-diff" }))
      for (const algorithm of [eapIgInputs, exact])
        await expect(algorithm(model, prompts, { loss: "kl-div", [name]: value })).rejects.toThrow(
          new RegExp(`\`${name}\` does nothing with the loss "kl-div"`),
        );
    for (const algorithm of [undefined, "edge-attribution", "clean-corrupted"] as const)
      await expect(nodeScores(model, prompts, { algorithm, steps: 7 })).rejects.toThrow(/`steps` does nothing/);
  });

  test("faithfulness is the answers' loss in units of the whole model", async () => {
    const task = randomTask({ seed: 13, promptCount: 4 });
    const plain = await edgeAttribution(task.model, task.prompts);
    const scaled = await edgeAttribution(task.model, task.prompts, { loss: "faithfulness" });
    const ratio = scaled.values.map((value, edge) => value / plain.values[edge]!);
    const all = new Float32Array(plain.values.length).fill(1);
    const range =
      (await lossOf(task, all)) -
      (await lossOf(
        task,
        all.map(() => 0),
      ));
    expect(ratio[0]! * (range / task.prompts.length)).toBeCloseTo(1, 3);
  });
});

describe("wrong input", () => {
  test("steps 0, no cuts", async () => {
    const task = randomTask({ seed: 14 });
    await expect(eapIgInputs(task.model, task.prompts, { steps: 0 })).rejects.toThrow(/`steps`/);
    await expect(cutEffects(task.model, task.prompts, { cuts: [] })).rejects.toThrow(/nothing to cut/);
    await expect(cutEffects(task.model, task.prompts, { cuts: [[]] })).rejects.toThrow(/cut 0 names no edge/);
  });
});
