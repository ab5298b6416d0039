import { describe, expect, test } from "vitest";
import { attentionHead } from "./attention-block.ts";
import type { Mlp } from "./block.ts";
import { direction, directionLabel, one } from "./direction.ts";
import { discretizeBlock } from "./discretize-block.ts";
import { linearMapBlock } from "./linear-map-block.ts";
import { numericalMap } from "./map-block.ts";
import { parallelMlps } from "./parallel.ts";
import { sequenceMapBlock } from "./sequence-map-block.ts";
import { Space } from "./space.ts";

const labels = (space: Space) => space.directions.map(directionLabel);
const values = (name: string, ...list: number[]) => new Space(list.map((value) => direction(name, value)));
const scalar = (name: string) => new Space([direction(name)]);

/** Runs an MLP on a vector given by labels; gives the outputs by label. */
function run(
  { input, hidden, output, first, second }: Mlp,
  vector: Readonly<Record<string, number>>,
): Record<string, number> {
  const x = labels(input).map((label) => vector[label] ?? 0);
  const h = hidden.directions.map((_, j) =>
    Math.max(
      0,
      x.reduce((sum, value, i) => sum + value * first.get(i, j), 0),
    ),
  );
  return Object.fromEntries(
    labels(output).map((label, k) => [label, h.reduce((sum, value, j) => sum + value * second.get(j, k), 0)]),
  );
}

describe("spaces", () => {
  test("are sorted sets", () => {
    const space = new Space([
      direction("tokens", 10),
      one,
      direction("tokens", 2),
      direction("indices", 1),
      direction("tokens", 2),
    ]);
    expect(labels(space)).toEqual(["indices:1", "one", "tokens:2", "tokens:10"]);
    expect(space.find(direction("tokens", 3))).toBe(-1);
    expect(() => space.index(direction("tokens", 3))).toThrow(RangeError);
  });

  test("order the steps before their start, and mixed values by print", () => {
    const steps = new Space([
      direction("_h_start"),
      direction("_h_", [2, 0]),
      direction("_h_", [10, 0]),
      direction("_h_", [2, 1]),
    ]);
    expect(labels(steps)).toEqual(["_h_:(2, 0)", "_h_:(2, 1)", "_h_:(10, 0)", "_h_start"]);
    expect(labels(new Space([direction("x"), direction("x", "a"), direction("x", 3)]))).toEqual(["x", "x:3", "x:a"]);
  });

  test("join and compare as sets", () => {
    expect(Space.join(values("a", 1), values("a", 2, 1)).equals(values("a", 2, 1))).toBe(true);
    expect(values("a", 1).equals(values("a", 2))).toBe(false);
  });
});

describe("attention", () => {
  const bos = direction("tokens", "B");
  const spec = {
    queries: values("q", 0, 1),
    keys: values("k", 0, 1),
    values: values("v", 5, 6),
    output: values("o", 5, 6),
    predicate: (key: unknown, query: unknown) => key === query,
    bos,
  };

  test("selected keys get 100, BOS 50 and no value", () => {
    const { query, key, value, qk, ov } = attentionHead({ ...spec, attendBos: false });
    expect([labels(query), labels(key), labels(value)]).toEqual([
      ["one", "q:0", "q:1", "tokens:B"],
      ["k:0", "k:1", "tokens:B"],
      ["tokens:B", "v:5", "v:6"],
    ]);
    expect([...qk.data]).toEqual([0, 0, 50, 100, 0, 0, 0, 100, 0, 0, 0, 0]);
    expect([...ov.data].length).toBe(6);
    expect([ov.get(0, 0), ov.get(1, 0), ov.get(2, 1)]).toEqual([0, 1, 1]);
  });

  test("a width attends to BOS like to any key, and reads it", () => {
    const { qk, ov } = attentionHead({ ...spec, values: new Space([bos]), output: scalar("w"), attendBos: true });
    expect(qk.get(0, 2)).toBe(100);
    expect([...ov.data]).toEqual([1]);
  });

  test("a masked pad is below everything", () => {
    const { key, qk } = attentionHead({ ...spec, attendBos: false, pad: direction("tokens", "P") });
    expect(labels(key)).toEqual(["k:0", "k:1", "tokens:B", "tokens:P"]);
    expect(qk.get(0, 3)).toBe(-400);
  });
});

describe("MLPs", () => {
  test("a sequence map is a table of pairs", () => {
    const mlp = sequenceMapBlock({
      label: "s",
      fst: values("a", 0, 1),
      snd: values("b", 0, 1),
      output: values("s", 0, 1, 2),
      f: (x, y) => Number(x) + Number(y),
      mode: "compatible",
    });
    expect(labels(mlp.hidden)[1]).toBe("_hidden_s_:('a', 0, 'b', 1)");
    expect(run(mlp, { "a:1": 1, "b:1": 1, one: 1 })).toEqual({ "s:0": 0, "s:1": 0, "s:2": 1 });
    expect(run(mlp, { "a:1": 1, one: 1 })).toEqual({ "s:0": 0, "s:1": 0, "s:2": 0 });
  });

  test("inputs that share directions are refused", () => {
    const spec = { label: "s", fst: values("a", 0, 1), snd: values("a", 1), output: values("s", 0), f: () => 0 };
    expect(() => sequenceMapBlock({ ...spec, mode: "compatible" })).toThrow("s: its two inputs share directions");
  });

  test("a linear map is exact for negative numbers", () => {
    const mlp = linearMapBlock("l", scalar("x"), scalar("y"), scalar("l"), 2, -3);
    expect(labels(mlp.hidden)).toEqual(["_hidden_l_x:-1", "_hidden_l_x:1", "_hidden_l_y:-1", "_hidden_l_y:1"]);
    expect(run(mlp, { x: -1.5, y: 0.25 })).toEqual({ l: -3.75 });
    expect(run(linearMapBlock("l", scalar("x"), scalar("x"), scalar("l"), 2, -3), { x: 7 })).toEqual({ l: -7 });
  });

  test("negative results of a numerical map need the corrected mode", () => {
    const spec = { label: "m", input: values("a", -1, 2), output: scalar("m"), f: (x: unknown) => x as number };
    expect(run(numericalMap({ ...spec, mode: "compatible" }), { "a:-1": 1 })).toEqual({ m: 0 });
    expect(run(numericalMap({ ...spec, mode: "corrected" }), { "a:-1": 1 })).toEqual({ m: -1 });
    expect(run(numericalMap({ ...spec, mode: "corrected" }), { "a:2": 1 })).toEqual({ m: 2 });
  });

  const staircase = {
    label: "d",
    input: direction("x"),
    values: [1, 0, 0.5],
    f: (x: unknown) => 10 * (x as number),
    output: scalar("d"),
    exactness: 100,
  };

  test("a staircase steps halfway between values, each step ending at its threshold", () => {
    const mlp = discretizeBlock({ ...staircase, mode: "compatible" });
    expect(labels(mlp.hidden)).toEqual(
      [..."1122"].map((k, i) => `_hidden_d_:(${k}, ${i % 2})`).concat("_hidden_d_start"),
    );
    const at = (x: number) => run(mlp, { x, one: 1 }).d;
    expect([0, 0.2, 0.25, 0.5, 0.7, 0.75, 1, 9].map((x) => at(x)!)).toEqual([0, 0, 5, 5, 5, 10, 10, 10]);
    expect(at(0.245)).toBeCloseTo(2.5, 9);
  });

  test("a staircase with categorical results, one of them undefined", () => {
    const mlp = discretizeBlock({
      ...staircase,
      f: (x) => (x === 0.5 ? null : Number(x) > 0),
      output: new Space([direction("d", false), direction("d", true)]),
      mode: "compatible",
    });
    expect(run(mlp, { x: 0, one: 1 })).toEqual({ "d:False": 1, "d:True": 0 });
    expect(run(mlp, { x: 1, one: 1 })).toEqual({ "d:False": 0, "d:True": 1 });
  });

  test("corrected staircases are steep enough, and silent where told", () => {
    const close = { ...staircase, values: [0, 0.001, 1], mode: "corrected" as const };
    const mlp = discretizeBlock({ ...close, offAt: direction("tokens", "B"), f: (x) => Number(x) + 1 });
    expect(run(mlp, { x: 0, one: 1 }).d).toBeCloseTo(1, 9);
    expect(run(mlp, { x: 0.001, one: 1 }).d).toBeCloseTo(1.001, 9);
    expect(run(mlp, { x: 0, one: 1, "tokens:B": 1 }).d).toBe(0);
  });

  test("values computed in two ways are one step", () => {
    const mlp = discretizeBlock({ ...staircase, values: [0.1 + 0.2, 0.3, 1], mode: "corrected" });
    expect(mlp.hidden.size).toBe(3);
  });

  test("side by side: shared hidden units add up, others stay apart", () => {
    const lone = linearMapBlock("l", scalar("x"), scalar("y"), scalar("l"), 1, 1);
    const other = linearMapBlock("m", scalar("x"), scalar("z"), scalar("m"), 1, 1);
    expect(run(parallelMlps([lone, other]), { x: 1, y: 2, z: 3 })).toEqual({ l: 3, m: 4 });
    expect(run(parallelMlps([lone, lone]), { x: 1, y: 2 })).toEqual({ l: 12 });
  });
});
