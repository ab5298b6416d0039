import { readFileSync } from "node:fs";
import { join } from "node:path";
import { aliases } from "@autocircuit/core";
import { expect, it } from "vitest";
import * as circuitAliases from "./circuit-aliases.ts";
import * as all from "./index.ts";

it("AutoCircuit's names of published circuits are those circuits, each listed for who comes from there", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/porting.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(\w+(?:True|Official)Edges\w*)` +\| `(\w+)` +\|/gm)];
  expect(listed.map(([, alias, name]) => [alias, name])).toEqual(Object.entries(aliases.circuits));
  expect(Object.keys(circuitAliases).sort()).toEqual(Object.keys(aliases.circuits).sort());
  const named: Readonly<Record<string, unknown>> = all;
  for (const [alias, name] of Object.entries(aliases.circuits)) {
    expect(named[name], name).toBeTypeOf("function");
    expect(named[alias], alias).toBe(named[name]);
  }
});
