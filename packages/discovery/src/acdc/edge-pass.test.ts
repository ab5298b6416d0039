import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Predictor, RatePredictor } from "../speculation/predictor.ts";
import type { EvaluateMasks } from "../speculation/speculative-pass.ts";
import { DecisionTrace, replay } from "./decision-trace.ts";
import { edgePass } from "./edge-pass.ts";
import { TracePredictor } from "./trace-predictor.ts";

/** A divergence with interactions between edges: a quadratic form of the removed ones. */
function quadratic(weights: readonly number[]): {
  divergence: (mask: ArrayLike<number>) => number;
  evaluate: EvaluateMasks;
} {
  const edgeCount = weights.length;
  const divergence = (mask: ArrayLike<number>): number => {
    let sum = 0;
    for (let a = 0; a < edgeCount; a++) {
      for (let b = 0; b < edgeCount; b++)
        sum += mask[a]! * mask[b]! * weights[a]! * weights[(a * 3 + b * 7) % edgeCount]!;
    }
    return sum;
  };
  const evaluate: EvaluateMasks = async (masks, count) =>
    Array.from({ length: count }, (_, row) => divergence(masks.slice(row * edgeCount, (row + 1) * edgeCount)));
  return { divergence, evaluate };
}

/** ACDC as its definition reads. */
function sequential(divergence: (mask: number[]) => number, order: Uint32Array, tau: number): number[] {
  const mask = new Array<number>(order.length).fill(0);
  let previous = 0;
  for (const edge of order) {
    mask[edge] = 1;
    const now = divergence(mask);
    if (now - previous < tau) previous = now;
    else mask[edge] = 0;
  }
  return mask;
}

function removedMask(trace: DecisionTrace, order: Uint32Array): number[] {
  const mask = new Array<number>(order.length).fill(0);
  order.forEach((edge, position) => {
    mask[edge] = trace.removed[position]!;
  });
  return mask;
}

const problem = fc.record({
  weights: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 24 }),
  tau: fc.constantFrom(0.01, 0.1, 0.5),
  largestBatch: fc.integer({ min: 1, max: 9 }),
  shuffle: fc.nat(),
});

function shuffled(length: number, seed: number): Uint32Array {
  const keys = Array.from({ length }, (_, index) => Math.sin((index + 1) * ((seed % 1000) + 1)));
  return Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
}

describe("edgePass", () => {
  test("decides as the sequential algorithm, whatever the batch and the guesses", async () => {
    await fc.assert(
      fc.asyncProperty(problem, fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), async (given, guesses) => {
        const { weights, tau, largestBatch, shuffle } = given;
        const { divergence, evaluate } = quadratic(weights);
        const order = shuffled(weights.length, shuffle);
        const arbitrary: Predictor = { predict: (position) => guesses[position]!, observe: () => undefined };
        for (const predictor of [arbitrary, new RatePredictor(order.map((edge) => edge % 3))]) {
          const trace = new DecisionTrace(order.length);
          await edgePass(trace, tau, { order, evaluate, predictor, largestBatch });
          expect(removedMask(trace, order)).toEqual(sequential(divergence, order, tau));
        }
      }),
    );
  });

  test("continuing an earlier pass gives what a fresh one gives, with fewer evaluations", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ weights, largestBatch, shuffle }) => {
        const { divergence, evaluate } = quadratic(weights);
        const order = shuffled(weights.length, shuffle);
        const traces: DecisionTrace[] = [];
        for (const tau of [0.5, 0.1, 0.1, 0.02]) {
          const trace = new DecisionTrace(order.length);
          const replayed = replay(trace, traces, tau);
          let evaluated = 0;
          const counting: EvaluateMasks = (masks, count) => {
            evaluated += count;
            return evaluate(masks, count);
          };
          const last = traces.at(-1);
          const predictor = last ? new TracePredictor(last, tau) : new RatePredictor(order.map(() => 0));
          await edgePass(trace, tau, { order, evaluate: counting, predictor, largestBatch });
          expect(removedMask(trace, order)).toEqual(sequential(divergence, order, tau));
          if (replayed === order.length) expect(evaluated).toBe(0);
          traces.push(trace);
        }
        expect(traces[2]!.removed).toEqual(traces[1]!.removed);
      }),
    );
  });

  test("right guesses need few evaluations", async () => {
    const weights = new Array<number>(200).fill(0);
    const { evaluate } = quadratic(weights);
    let calls = 0;
    await edgePass(new DecisionTrace(200), 0.1, {
      order: Uint32Array.from(weights.keys()),
      evaluate: (masks, count) => {
        calls++;
        return evaluate(masks, count);
      },
      predictor: new RatePredictor(weights),
      largestBatch: 16,
    });
    expect(calls).toBeLessThan(30);
  });

  test("stops when told to", async () => {
    const stop = new AbortController();
    const { evaluate } = quadratic([1, 1, 1, 1]);
    const pass = edgePass(new DecisionTrace(4), 0.1, {
      order: Uint32Array.of(0, 1, 2, 3),
      evaluate: (masks, count) => {
        stop.abort(new Error("enough"));
        return evaluate(masks, count);
      },
      predictor: new RatePredictor([0, 0, 0, 0]),
      largestBatch: 1,
      signal: stop.signal,
    });
    await expect(pass).rejects.toMatchObject({ code: "aborted", cause: { message: "enough" } });
  });
});
