import fc from "fast-check";
import { expect, it } from "vitest";
import type { SweepUnit } from "../plan/unit.ts";
import { PendingUnits } from "./pending-units.ts";

const unit = (digest: string, index: number, priority = 0) =>
  ({ index, hash: `${index}`, priority, subject: { digest } }) as unknown as SweepUnit;
const [first, second] = [{}, {}];

it("gives a worker the units of the subject it has, another one to another, and shares the last", () => {
  const pending = new PendingUnits([...[0, 1, 2].map((i) => unit("a", i)), ...[3, 4, 5, 6].map((i) => unit("b", i))]);
  const take = (worker: object) => pending.take(worker)?.index;
  expect([take(first), take(second), take(first), take(second), take(first)]).toEqual([0, 3, 1, 4, 2]);
  expect([take(first), take(second), take(first), pending.size]).toEqual([5, 6, undefined, 0]);
});

it("gives larger priorities first, and what is given back before others of its subject", () => {
  const pending = new PendingUnits([unit("a", 0), unit("a", 1, 2), unit("b", 2, 1), unit("b", 3)]);
  const taken = pending.take(first)!;
  expect(taken.index).toBe(1);
  pending.giveBack(taken);
  pending.forget(first);
  const order = [0, 1, 2, 3].map(() => pending.take(second)!.index);
  expect(order).toEqual([1, 2, 3, 0]);
});

it("gives every unit once, whoever asks in whatever order and gives back what", () => {
  const units = fc.array(fc.record({ digest: fc.constantFrom("a", "b", "c"), priority: fc.nat({ max: 2 }) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(units, fc.array(fc.tuple(fc.nat({ max: 3 }), fc.boolean()), { maxLength: 60 }), (list, asks) => {
      const pending = new PendingUnits(list.map(({ digest, priority }, i) => unit(digest, i, priority)));
      const workers = [{}, {}, {}, {}];
      const done: number[] = [];
      for (const [who, dies] of asks) {
        const taken = pending.take(workers[who]!);
        if (taken === undefined) continue;
        if (!dies) done.push(taken.index);
        else {
          pending.forget(workers[who]!);
          pending.giveBack(taken);
        }
      }
      for (let taken = pending.take(first); taken; taken = pending.take(first)) done.push(taken.index);
      expect(done.sort((a, b) => a - b)).toEqual(list.map((_, i) => i));
      expect(pending.size).toBe(0);
    }),
  );
});
