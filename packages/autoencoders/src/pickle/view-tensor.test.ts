import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "@autocircuit/native";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/fixtures.ts";
import { TensorView } from "./values.ts";
import { checkView, viewTensor } from "./view-tensor.ts";

const path = join(temporaryFolder(), "storage");
const numbers = Float32Array.from({ length: 24 }, (_, i) => i);
const start = 8;
writeFileSync(path, Buffer.concat([Buffer.alloc(start), Buffer.from(numbers.buffer)]));
const storage = { key: "0", dtype: "F32", size: 24 } as const;
const read = async () => numbers.buffer.slice(0);

/** What a view means: element i of dimension d lies i * stride further. */
function elementsOf({ shape, strides, offset }: TensorView): number[] {
  let places = [offset];
  for (const [dim, size] of shape.entries()) {
    places = places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * strides[dim]!));
  }
  return places.map((place) => numbers[place]!);
}

describe("viewTensor", () => {
  it.each<[string, number[], number[], number]>([
    ["rows", [4, 6], [6, 1], 0],
    ["columns", [6, 4], [1, 6], 0],
    ["dimensions in another order", [2, 4, 3], [12, 1, 4], 0],
    ["a part", [2, 3], [3, 1], 7],
    ["every second column", [4, 3], [6, 2], 1],
    ["overlapping windows", [5, 3], [2, 1], 0],
    ["one number", [], [], 23],
    ["a row whose first stride says nothing", [1, 6], [999, 1], 6],
    ["repeated rows", [3, 4], [0, 1], 2],
    ["nothing", [0, 5], [5, 1], 0],
  ])("honours sizes and strides: %s", async (_, shape, strides, offset) => {
    const view = new TensorView(storage, offset, shape, strides);
    checkView(view, "file");
    using tensor = await viewTensor(path, view, start, read);
    expect(tensor.shape).toEqual(shape);
    expect(Array.from((await tensor.data()) as Float32Array)).toEqual(elementsOf(view));
  });

  it("gives what the strides say, or is refused, whatever they are", async () => {
    const small = fc.array(fc.nat(4), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        small,
        fc.array(fc.nat(8), { minLength: 3, maxLength: 3 }),
        fc.nat(8),
        async (shape, steps, offset) => {
          const view = new TensorView(storage, offset, shape, steps.slice(0, shape.length));
          try {
            checkView(view, "file");
          } catch {
            return;
          }
          using tensor = await viewTensor(path, view, start, read);
          expect(Array.from((await tensor.data()) as Float32Array)).toEqual(elementsOf(view));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads a storage at an odd place", async () => {
    const view = new TensorView(storage, 1, [2], [1]);
    const odd = join(temporaryFolder(), "odd");
    writeFileSync(odd, Buffer.concat([Buffer.alloc(1), Buffer.from(numbers.buffer)]));
    using tensor: Tensor = await viewTensor(odd, view, 1, read);
    expect(await tensor.toArray()).toEqual([1, 2]);
  });
});

describe("checkView", () => {
  it.each<[string, number[], number[], number, RegExp]>([
    ["an end beyond the storage", [4, 6], [6, 1], 1, /reaches past the end of its storage of 24/],
    ["more elements than there are", [5, 5], [0, 0], 0, /has more elements than its storage of 24/],
    ["sizes beyond counting", [2 ** 40, 2 ** 40], [0, 0], 0, /more elements/],
    ["strides beyond counting", [2, 2], [2 ** 52, 2 ** 52], 0, /past the end/],
  ])("refuses %s", (_, shape, strides, offset, message) => {
    expect(() => checkView(new TensorView(storage, offset, shape, strides), "file")).toThrow(message);
  });
});
