import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as autocircuitNames from "./autocircuit-names.ts";
import * as all from "./index.ts";

it("AutoCircuit's names of published circuits are those circuits, each listed for who comes from there", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/porting.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(\w+(?:True|Official)Edges\w*)` +\| `(\w+)` +\|/gm)];
  expect(listed.map(([, alias]) => alias).sort()).toEqual(Object.keys(autocircuitNames).sort());
  const named: Readonly<Record<string, unknown>> = all;
  for (const [, alias, name] of listed) {
    expect(named[name!], name).toBeTypeOf("function");
    expect(named[alias!], alias).toBe(named[name!]);
  }
});
