import { expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { unclearGroups } from "./unclear-groups.ts";

it("edges into keys and values of a group are unclear, unless one of them is of a head beyond the groups", () => {
  const config = { layers: 2, heads: 4, kvHeads: 2, attnOnly: false, parallel: false };
  const [grouped, ungrouped] = [Graph.of(config), Graph.of(config, { ungrouped: true })];
  for (const edge of ["A0.3->A1.1.K", "A0.3->A1.0.V"]) {
    expect([grouped.has(edge), ungrouped.has(edge)]).toEqual([true, true]);
    expect(unclearGroups(config, ["A0.3->A1.3.Q", edge])).toBe(edge);
  }
  expect([grouped.has("A0.0->A1.2.K"), ungrouped.has("A0.0->A1.2.K")]).toEqual([false, true]);
  expect(unclearGroups(config, ["A0.3->A1.1.K", "A0.0->A1.2.K"])).toBeUndefined();
  expect(unclearGroups(config, ["A0.3->A1.3.Q", "A0.3->A1.3", "MLP 0->Resid End"])).toBeUndefined();
  for (const same of [{ heads: 4 }, { heads: 4, kvHeads: 4 }])
    expect(unclearGroups(same, ["A0.3->A1.1.K"])).toBeUndefined();
});
