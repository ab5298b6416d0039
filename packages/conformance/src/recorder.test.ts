import { describe, expect, it } from "vitest";
import { type Check, Recorder, type Uncompared } from "./recorder.ts";

function recording(body: (recorder: Recorder) => void | Promise<void>): Promise<Check[]> {
  const checks: Check[] = [];
  return Promise.resolve(body(new Recorder("case", { onCheck: (check) => checks.push(check) }))).then(() => checks);
}

describe("Recorder", () => {
  it("names the place and the size of a tensor's difference", async () => {
    const expected = { shape: [2, 3], data: [0, 1, 2, 3, 4, 5] };
    const [good, bad, shape] = await recording((recorder) => {
      recorder.tensor("good", expected, expected);
      recorder.tensor("bad", { shape: [2, 3], data: [0, 1, 2, 3, 4.5, 5] }, expected);
      recorder.tensor("shape", { shape: [3, 2], data: expected.data }, expected);
    });
    expect(good).toEqual({ folder: "case", name: "good", passed: true, detail: "" });
    expect(bad?.passed).toBe(false);
    expect(bad?.detail).toContain("4.5 instead of 4 at [1, 1]");
    expect(bad?.detail).toContain("max abs difference 5.00e-1");
    expect(shape?.detail).toBe("shape [3, 2] instead of [2, 3]");
  });

  it("compares what the reference has a number for, and counts the rest apart", async () => {
    const checks: Check[] = [];
    const apart: Uncompared[] = [];
    const recorder = new Recorder("case", {
      onCheck: (check) => checks.push(check),
      onUncompared: (cells) => apart.push(cells),
    });
    const expected = { shape: [2, 2], data: [1, Number.NaN, 3, Number.NaN] };
    recorder.defined("good", { shape: [2, 2], data: [1, 0, 3, 9] }, expected);
    recorder.defined("bad", { shape: [2, 2], data: [1, 0, 4, 9] }, expected);
    recorder.defined("no number", { shape: [2, 2], data: [1, Number.NaN, 3, 9] }, expected);
    recorder.defined("all", expected, { shape: [2, 2], data: [1, 2, 3, 4] });
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual([
      ["good (2 of 4 cells)", true],
      ["bad (2 of 4 cells)", false],
      ["no number", false],
      ["all", false],
    ]);
    expect(checks[2]!.detail).toBe("NaN at [0, 1], where the reference has NaN");
    expect(apart).toEqual(["good", "bad"].map((name) => ({ folder: "case", name, cells: 2 })));
  });

  it("prefixes names by section", async () => {
    const [check] = await recording((recorder) => recorder.section("edges").section("acdc").scalar("x", 1, 1));
    expect(check?.name).toBe("edges/acdc/x");
  });

  it("lists what a set lacks and what it has too much", async () => {
    const [check] = await recording((recorder) => recorder.set("edges", ["a", "b"], ["b", "c"]));
    expect(check?.detail).toBe("missing: c; not expected: a");
  });

  it("shows where discrete values part", async () => {
    const [check] = await recording((recorder) => recorder.equal("sizes", [1, 2, 4], [1, 2, 3]));
    expect(check).toMatchObject({ passed: false, detail: "[1,2,4] instead of [1,2,3]" });
  });

  it("turns an error into a failed check", async () => {
    const [check] = await recording((recorder) =>
      recorder.attempt("acdc", () => {
        throw new Error("no such edge");
      }),
    );
    expect(check).toMatchObject({ name: "acdc", passed: false, detail: "threw: no such edge" });
  });
});
