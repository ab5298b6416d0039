import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../test/fixtures.ts";
import { chosenPaths } from "./chosen-paths.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);

beforeAll(() => {
  for (const [layer, found] of [
    ["layer_2", [13, 72, 141]],
    ["layer_10", [22, 68, 76]],
  ] as const)
    for (const l0 of found) mkdirSync(at(layer, "width_16k", `average_l0_${l0}`), { recursive: true });
  mkdirSync(at("layer_2", "width_65k", "average_l0_19"), { recursive: true });
  writeFileSync(at("layer_2", "width_16k.txt"), "");
  writeFileSync(at("3.pt"), "");
  mkdirSync(at("odd*name"));
});

describe("chosenPaths", () => {
  it("takes a text for itself, or for what fits it", () => {
    expect(chosenPaths("owner/name/path")).toEqual(["owner/name/path"]);
    expect(chosenPaths(at("odd*name"))).toEqual([at("odd*name")]);
    expect(chosenPaths(at("layer_*"))).toEqual([at("layer_2"), at("layer_10")]);
    expect(chosenPaths(at("layer_2/width_*"))).toEqual(["width_16k", "width_65k"].map((name) => at("layer_2", name)));
    expect(chosenPaths(at("*.pt"))).toEqual([at("3.pt")]);
  });

  it("takes the nearest number in each folder, the smaller of two", () => {
    const nearest = (l0: string) =>
      chosenPaths(at(`layer_*/width_16k/average_l0_~${l0}`)).map((path) => path.slice(root.length + 1));
    expect(nearest("70")).toEqual(["layer_2/width_16k/average_l0_72", "layer_10/width_16k/average_l0_68"]);
    expect(nearest("72")).toEqual(["layer_2/width_16k/average_l0_72", "layer_10/width_16k/average_l0_68"]);
    expect(nearest("72.5")[1]).toBe("layer_10/width_16k/average_l0_76");
    // A star beside it takes none of its digits.
    expect(chosenPaths(at("layer_2/width_16k/*~70"))).toEqual([at("layer_2/width_16k/average_l0_72")]);
    expect(chosenPaths(at("layer_2/width_~60*"))).toEqual([at("layer_2/width_65k")]);
    expect(nearest("9000")[0]).toBe("layer_2/width_16k/average_l0_141");
  });

  it("says what there is where nothing fits", () => {
    expect(() => chosenPaths(at("layer_*/width_65k/average_l0_~70"))).toThrow(
      /layer_10 has nothing like width_65k; it has width_16k\.$/,
    );
    expect(() => chosenPaths(at("layer_2/width_16k/canonical_*"))).toThrow(
      /it has average_l0_13, average_l0_72, average_l0_141\.$/,
    );
    expect(() => chosenPaths("google/gemma-scope/layer_*")).toThrow(
      /google\/gemma-scope is no folder here.*of the hub, fetch them first/,
    );
  });
});
